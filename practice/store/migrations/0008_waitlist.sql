-- Who waits for a place, what was offered to whom, and what became of it. Every offer stays a row.
create table waitlist_entries (
    waitlist_entry_id text primary key,
    client_id text not null,
    service_id text not null,
    location_ids text not null,             -- JSON lists; empty = any
    provider_ids text not null,
    windows text not null,                  -- JSON [{weekday, start, end}]; empty = any time
    earliest_date date not null,
    expires_date date not null,
    notice_minutes integer not null,        -- how long before a visit the client can still come
    urgency integer not null check (urgency between 1 and 3),      -- 3 = most urgent
    fallback_appointment_id text,           -- the later booking that an earlier place would replace
    status text not null check (status in ('waiting', 'booked', 'expired', 'withdrawn')),
    note text,
    created_at timestamp not null,
    closed_at timestamp,
    known_at timestamp not null
);
create table offer_rounds (
    offer_round_id text primary key,
    freed_appointment_id text,              -- whose leaving freed the place; null = opened by hand
    freed_by text not null check (freed_by in ('client', 'provider', 'practice', 'hand')),
    freed_at timestamp not null,
    location_id text not null,
    provider_id text not null,
    service_id text not null,
    room_id text,
    wall_start timestamp not null,
    wall_end timestamp not null,
    zone text not null,
    starts_at timestamp not null,
    ends_at timestamp not null,
    start_date date not null,
    batch_size integer not null check (batch_size between 1 and 50),   -- 1 = one at a time
    answer_minutes integer not null check (answer_minutes between 1 and 2880),
    hold_id text,
    status text not null check (status in ('open', 'filled', 'exhausted', 'closed')),
    opened_at timestamp not null,
    closed_at timestamp,
    filled_appointment_id text,
    known_at timestamp not null
);
create table offers (
    offer_id text primary key,
    offer_round_id text not null,
    waitlist_entry_id text not null,
    client_id text not null,
    rank integer not null,
    score integer not null,
    reasons text not null,                  -- JSON: why this rank, from stored inputs
    token_hash text,                        -- SHA-256 of the link's secret
    status text not null check (status in ('planned', 'sent', 'accepted', 'declined', 'expired', 'lost', 'withdrawn', 'unreachable')),
    sent_at timestamp,
    expires_at timestamp,
    answered_at timestamp,
    appointment_id text,                    -- the visit that accepting made
    known_at timestamp not null
);
-- A recall: come again some time after a service was done.
create table recall_types (
    recall_type_id text primary key,
    name text not null,
    trigger_service_id text not null,       -- done → the next one is due
    book_service_id text not null,
    interval_days integer not null check (interval_days between 1 and 3650),
    rest_days integer not null,             -- after a contact the client is left alone for so long
    is_active boolean not null
);
create table recalls (
    recall_id text primary key,
    recall_type_id text not null,
    client_id text not null,
    trigger_appointment_id text,
    due_date date not null,
    status text not null check (status in ('due', 'booked', 'done', 'declined', 'superseded')),
    contacts integer not null,
    last_contacted_at timestamp,
    appointment_id text,
    known_at timestamp not null
);
create index recalls_by_client on recalls (client_id);
