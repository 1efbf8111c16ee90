-- A series is a rule plus its occurrences, each of which is a row of appointments.
create table series (
    series_id text primary key,
    split_from_id text,                     -- "this and following" splits
    renewed_from_id text,
    location_id text not null,
    provider_id text not null,
    service_id text not null,
    room_id text,
    client_ids text not null,               -- JSON list: who is booked into each occurrence
    rule text not null,                     -- RFC 5545 RRULE, of the set that the form offers
    wall_start timestamp not null,          -- of the first occurrence
    zone text not null,
    duration_minutes integer not null check (duration_minutes > 0),
    mode text not null check (mode in ('in_person', 'video')),
    first_date date not null,
    last_date date not null,                -- of the last occurrence made
    occurrence_count integer not null,
    status text not null check (status in ('active', 'split', 'renewed', 'ended', 'cancelled')),
    created_at timestamp not null,
    known_at timestamp not null
);
-- Dates of the rule that have no occurrence where the rule says: skipped when booked, or cancelled out of the series.
create table series_exceptions (
    series_exception_id text primary key,
    series_id text not null,
    original_start timestamp not null,
    kind text not null check (kind in ('skipped', 'moved')),
    reason text,
    appointment_id text,
    known_at timestamp not null
);
create index appointments_by_series on appointments (series_id);
