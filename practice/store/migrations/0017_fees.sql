-- What visits cost: fees by payer and day, codes by minutes, whom a payer lets be charged for a missed visit, and visits
-- that are not to be charged at all.

create table fees (
    fee_id text primary key,
    service_id text not null,
    payer_id text,                          -- null = the practice's default, before the fee of the service itself
    fee_minor bigint not null check (fee_minor >= 0),
    effective_from date not null,
    effective_to date,
    set_by text not null,                   -- user_id
    known_at timestamp not null
);

-- A service that is billed by its actual minutes. Without unit_minutes: this code from so many minutes to so many. With it:
-- as many units as the minutes hold, where minutes_from are enough for the first and for each further one.
create table time_codes (
    time_code_id text primary key,
    service_id text not null,
    code text not null,
    minutes_from integer not null check (minutes_from >= 0),
    minutes_to integer check (minutes_to >= minutes_from),
    unit_minutes integer check (unit_minutes >= minutes_from and unit_minutes > 0),
    fee_minor bigint check (fee_minor >= 0),-- of this code (of a unit); null = the service's
    is_withdrawn boolean not null,
    set_by text not null,
    known_at timestamp not null
);

alter table charges add column minutes integer;             -- that the code and the units were taken from; null = not by time
alter table charges add column minutes_basis text;          -- actual (start to end), stated (by a person), planned (the length)
alter table payers add column missed_fee_rule text default 'allowed';       -- allowed | if_all | none

create table uncharged_visits (
    attendee_id text primary key,
    kind text not null check (kind in ('service', 'missed_visit')),
    amount_minor bigint not null check (amount_minor >= 0),     -- what it would have cost
    reason text not null,
    decided_by text not null,               -- user_id
    known_at timestamp not null,
    is_withdrawn boolean not null           -- it may be charged again
);
