-- What the scrubber said of a claim when it was looked through for the first time. Never changed: what is put right later
-- makes the claim ready, not clean.
create table claim_checks (
    claim_check_id text primary key,        -- client|provider|location|payer|day: a visit's claim to one payer
    client_id text not null,
    provider_id text,
    location_id text not null,
    payer_id text not null,
    rank integer not null,
    service_date date not null,
    entered_date date not null,             -- the day of that first look, at the location
    total_minor bigint not null,
    is_clean boolean not null,
    failed text,                            -- the edits that it failed, as codes parted by a space; null = none
    known_at timestamp not null,
    check (is_clean = (failed is null))
);
