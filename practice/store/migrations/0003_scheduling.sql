-- Time: hours and absences, appointments and who attends them, the claims on resources, the slots that guard them.

-- Weekly hours in the location's wall time, from a date on. Past hours are never rewritten: they end.
create table availability (
    availability_id text primary key,
    provider_id text not null references providers (provider_id),
    location_id text not null references locations (location_id),
    weekday integer not null check (weekday between 1 and 7),   -- ISO: 1 = Monday
    start_time time not null,
    end_time time not null,
    effective_from date not null,
    effective_to date,
    check (end_time > start_time),
    check (effective_to is null or effective_to >= effective_from)
);

-- One date that differs from the week: extra hours (is_open) or closed hours. provider_id null = the whole location.
create table availability_exceptions (
    availability_exception_id text primary key,
    provider_id text,
    location_id text not null references locations (location_id),
    exception_date date not null,
    start_time time,                        -- null = all day
    end_time time,
    is_open boolean not null,
    reason text,
    is_withdrawn boolean not null,
    check ((start_time is null) = (end_time is null)),
    check (end_time is null or end_time > start_time)
);

create table time_off (
    time_off_id text primary key,
    provider_id text not null references providers (provider_id),
    start_date date not null,               -- local dates, both inclusive
    end_date date not null,
    reason text,
    is_withdrawn boolean not null,
    check (end_date >= start_date)
);

-- Overlap per resource and service, dated. Most specific wins; without a row the rule is 'block'.
create table overlap_policies (
    overlap_policy_id text primary key,
    resource_kind text not null check (resource_kind in ('provider', 'room', 'client')),
    resource_id text,                       -- null = every resource of the kind
    service_id text,                        -- null = every service
    rule text not null check (rule in ('block', 'warn', 'capacity')),
    capacity integer not null check (capacity between 1 and 100),
    ceiling integer not null check (ceiling between 1 and 100),   -- lanes a reasoned overlap may reach
    effective_from date not null,
    effective_to date
);

-- Notice that makes a cancellation late, and what a missed visit costs. Judged by the version in force when it happened.
create table cancellation_policies (
    cancellation_policy_id text primary key,
    service_id text,                        -- null = every service
    notice_minutes integer not null check (notice_minutes >= 0),
    fee_minor bigint not null check (fee_minor >= 0),
    effective_from date not null,
    effective_to date
);

create table appointments (
    appointment_id text primary key,
    series_id text,
    original_start timestamp,               -- wall time; the occurrence's identity in its series
    location_id text not null,
    provider_id text not null,
    room_id text,
    service_id text not null,
    wall_start timestamp not null,          -- the location's wall time: the truth for the future
    wall_end timestamp not null,
    zone text not null,
    starts_at timestamp not null,           -- UTC, derived with pinned tzdata when written
    ends_at timestamp not null,
    start_date date not null,               -- local date of the location
    duration_minutes integer not null check (duration_minutes > 0),
    mode text not null check (mode in ('in_person', 'video')),
    capacity integer not null check (capacity >= 1),
    status text not null check (status in ('scheduled', 'in_session', 'completed', 'closed', 'cancelled', 'rescheduled', 'entered_in_error')),
    channel text not null check (channel in ('desk', 'online', 'import', 'demo')),
    override_reason text,
    moved_from_id text,
    moved_to_id text,
    booked_at timestamp not null,
    known_at timestamp not null,
    check (ends_at > starts_at)
);
create index appointments_by_day on appointments (start_date);

create table attendees (
    attendee_id text primary key,
    appointment_id text not null,
    client_id text not null,
    billing_unit text not null check (billing_unit in ('attendee', 'appointment')),
    status text not null check (status in (
        'scheduled', 'arrived', 'in_session', 'completed', 'no_show', 'cancelled',
        'left_unseen', 'rescheduled', 'entered_in_error')),
    booked_at timestamp not null,
    booked_date date not null,
    first_booked_at timestamp not null,     -- a moved visit keeps the first booking's time
    first_booked_date date not null,
    confirmed_at timestamp,                 -- a dated fact, cleared by a move; not a stage
    arrived_at timestamp,
    seated_at timestamp,                    -- in session from
    ended_at timestamp,
    outcome_at timestamp,                   -- when a person stated the outcome
    cancelled_at timestamp,
    cancelled_by text check (cancelled_by in ('client', 'provider', 'practice')),
    cancel_reason text,
    notice_minutes integer,                 -- start − cancellation; negative after the start; null = unknown
    is_late boolean,                        -- judged by the policy in force; null = cannot be judged
    moved_to_attendee_id text,
    known_at timestamp not null
);
create index attendees_by_appointment on attendees (appointment_id);
create index attendees_by_client on attendees (client_id);

create table appointment_events (
    event_id text primary key,
    appointment_id text not null,
    attendee_id text,
    kind text not null check (kind in (
        'booked', 'attendee_added', 'moved', 'changed', 'confirmed', 'unconfirmed', 'arrived', 'started', 'completed',
        'no_show', 'left_unseen', 'cancelled', 'corrected', 'entered_in_error')),
    happened_at timestamp not null,         -- when it was true
    event_date date not null,               -- local date of the location
    known_at timestamp not null,            -- when we knew it
    actor_id text not null,
    reason text,
    details text                            -- JSON
);
create trigger appointment_events_are_never_changed after update on appointment_events for each statement
    insert into refusals select error('Appointment events are append-only.');
create trigger appointment_events_are_never_deleted after delete on appointment_events for each statement
    insert into refusals select error('Appointment events are append-only.');

-- Who holds what when: half-open [starts_at, ends_at) in UTC. Gone when released; events keep the history.
create table claims (
    claim_id text primary key,
    resource_kind text not null check (resource_kind in ('provider', 'room', 'client')),
    resource_id text not null,
    appointment_id text not null,
    kind text not null check (kind in ('care', 'before', 'after', 'busy')),
    starts_at timestamp not null,
    ends_at timestamp not null,
    lane integer not null check (lane >= 0),
    check (ends_at > starts_at)
);
create index claims_by_appointment on claims (appointment_id);

-- Law 2's last guard: five-minute slots on a UTC grid; lane 0 first, a lane above it only by capacity or a reasoned overlap.
create table slots (
    resource_id text not null,
    slot_at timestamp not null,
    lane integer not null,
    claim_id text not null,
    primary key (resource_id, slot_at, lane)
);
create index slots_by_claim on slots (claim_id);
