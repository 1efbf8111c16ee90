-- What a visit needs besides a provider and a room; holds and blocks; the rules of booking; travel between places.

alter table services add column billing_unit text default 'attendee';      -- attendee (group) | appointment (couple, family)
alter table services add column modes text default 'both';                 -- in_person | video | both
alter table services add column online text default 'hidden';              -- bookable | contact | hidden
alter table services add column description text;                          -- what a client reads online
alter table services add column preparation text;                          -- goes with the confirmation and the reminder
alter table locations add column slug text;                                -- its public page: /book/<slug>; null = not online
alter table locations add column directions text;                          -- how to find it, for messages
alter table providers add column is_online boolean default true;           -- clients may choose them online
alter table providers add column about text;                               -- what a client reads online
alter table providers add column video_link text;                          -- their own room; else one is made per visit
alter table clients add column zone text;                                  -- where they read messages; null = the location's

alter table attendees add column is_identified boolean default true;       -- of a couple or family: whose account is charged
alter table attendees add column cancel_code text;                         -- the coded reason, beside the words
alter table attendees add column roomed_at timestamp;                      -- between arrived and in session
alter table attendees add column roomed_in_id text;                        -- the room they wait in
alter table attendees add column checked_in_by text;                       -- desk | kiosk | provider

drop index appointments_by_day;
create table new_appointments (
    appointment_id text primary key,
    series_id text,
    original_start timestamp,               -- wall time; the occurrence's identity in its series
    location_id text not null,
    provider_id text not null,
    room_id text,
    is_room_pinned boolean default false,   -- a person chose the room: nobody is led out of it
    service_id text not null,
    wall_start timestamp not null,          -- the location's wall time: the truth for the future
    wall_end timestamp not null,
    zone text not null,
    starts_at timestamp not null,           -- UTC, derived with pinned tzdata when written
    ends_at timestamp not null,
    start_date date not null,               -- local date of the location
    duration_minutes integer not null check (duration_minutes > 0),
    mode text not null check (mode in ('in_person', 'video')),
    video_link text,
    client_place text,                      -- where the client is during a video visit
    capacity integer not null check (capacity >= 1),
    is_standing boolean not null default false,  -- a group that was opened without clients, and stays without them
    status text not null check (status in ('scheduled', 'in_session', 'completed', 'closed', 'cancelled', 'rescheduled', 'entered_in_error')),
    channel text not null check (channel in ('desk', 'online', 'api', 'waitlist', 'import', 'demo')),
    override_reason text,
    overridden text,                        -- JSON list: the fields of its series that this occurrence states itself
    moved_from_id text,
    moved_to_id text,
    booked_at timestamp not null,
    known_at timestamp not null,
    check (ends_at > starts_at)
);
insert into new_appointments by name select * from appointments;
drop table appointments;
alter table new_appointments rename to appointments;
create index appointments_by_day on appointments (start_date);

drop trigger appointment_events_are_never_changed on appointment_events;
drop trigger appointment_events_are_never_deleted on appointment_events;
create table new_appointment_events (
    event_id text primary key,
    appointment_id text not null,
    attendee_id text,
    kind text not null check (kind in (
        'booked', 'attendee_added', 'moved', 'changed', 'confirmed', 'unconfirmed', 'arrived', 'roomed', 'started',
        'completed', 'no_show', 'left_unseen', 'cancelled', 'restored', 'corrected', 'entered_in_error')),
    happened_at timestamp not null,         -- when it was true
    event_date date not null,               -- local date of the location
    known_at timestamp not null,            -- when we knew it
    actor_id text not null,
    reason text,
    details text                            -- JSON
);
insert into new_appointment_events by name select * from appointment_events;
drop table appointment_events;
alter table new_appointment_events rename to appointment_events;
create trigger appointment_events_are_never_changed after update on appointment_events for each statement
    insert into refusals select error('Appointment events are append-only.');
create trigger appointment_events_are_never_deleted after delete on appointment_events for each statement
    insert into refusals select error('Appointment events are append-only.');

-- Things that a visit may need one of: a laser, a car, a play kit. `capacity` visits share one of them at once.
create table equipment (
    equipment_id text primary key,
    location_id text not null,
    name text not null,
    capacity integer not null check (capacity >= 1),
    is_active boolean not null
);

-- "One of the treatment rooms": members are rooms or equipment, dated; a service needs `quantity` of a pool.
create table pools (
    pool_id text primary key,
    name text not null,
    kind text not null check (kind in ('room', 'equipment')),
    is_active boolean not null
);
create table pool_members (
    pool_member_id text primary key,
    pool_id text not null,
    resource_id text not null,              -- a room's or a piece of equipment's id; its location is its own
    effective_from date not null,
    effective_to date
);
create table needs (
    need_id text primary key,
    service_id text not null,
    pool_id text not null,
    quantity integer not null check (quantity between 1 and 10),
    is_active boolean not null
);

-- Who holds what when: half-open [starts_at, ends_at) in UTC. Gone when released; events keep the history.
-- `appointment_id` is the holder's id: a visit's, a hold's (the id that its visit will have) or a block's.
drop index claims_by_appointment;
create table new_claims (
    claim_id text primary key,
    resource_kind text not null check (resource_kind in ('provider', 'room', 'equipment', 'client')),
    resource_id text not null,
    appointment_id text not null,
    holder text not null check (holder in ('appointment', 'hold', 'block')),
    kind text not null check (kind in ('care', 'before', 'after', 'travel', 'busy')),
    service_id text,                        -- of the visit or hold that claims; null for a block
    start_date date not null,               -- local date of the holder: which version of a policy counts
    location_id text,                       -- where the holder is; null for a block wherever the provider works
    starts_at timestamp not null,
    ends_at timestamp not null,
    lane integer not null check (lane >= 0),
    expires_at timestamp,                   -- a hold's claim counts until then; null = for good
    check (ends_at > starts_at)
);
insert into new_claims by name
select c.*, 'appointment' as holder, a.service_id, a.start_date, a.location_id, cast(null as timestamp) as expires_at
from claims c join appointments a using (appointment_id);
drop table claims;
alter table new_claims rename to claims;
create index claims_by_appointment on claims (appointment_id);

-- A place kept while somebody types or answers. Converted in place: the visit takes the hold's id and its claims.
create table holds (
    hold_id text primary key,               -- the appointment_id that the visit will have
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
    purpose text not null check (purpose in ('desk', 'online', 'api', 'offer', 'renewal')),
    held_by text not null,                  -- a user's id, or a hash that stands for a browser
    held_at timestamp not null,
    expires_at timestamp not null,
    outcome text check (outcome in ('converted', 'released', 'expired')),   -- null = not settled yet
    settled_at timestamp
);

-- Time of a provider, a room or a piece of equipment that is not for visits: a meeting, lunch, another calendar's event.
create table blocks (
    block_id text primary key,
    resource_kind text not null check (resource_kind in ('provider', 'room', 'equipment')),
    resource_id text not null,
    location_id text,                       -- null: wherever the provider works
    kind text not null check (kind in ('meeting', 'admin', 'break', 'maintenance', 'busy', 'other')),
    title text,
    wall_start timestamp not null,
    wall_end timestamp not null,
    zone text not null,
    starts_at timestamp not null,
    ends_at timestamp not null,
    start_date date not null,
    external_calendar_id text,              -- the imported calendar that it came from
    external_uid text,
    external_recurrence text,               -- RECURRENCE-ID or the occurrence's original start
    is_withdrawn boolean not null,
    revision integer not null default 0,    -- how often it was changed: the SEQUENCE of a calendar feed
    created_at timestamp,
    known_at timestamp not null
);
create index blocks_by_day on blocks (start_date);

-- Who may book when: client > service > provider > location > practice. The most specific dated row wins, per rule.
create table booking_rules (
    booking_rule_id text primary key,
    scope text not null check (scope in ('client', 'service', 'provider', 'location', 'practice')),
    scope_id text,                          -- null for the practice
    rule text not null check (rule in ('notice_minutes', 'window_days', 'daily_limit', 'client_daily_limit', 'change_notice_minutes')),
    value integer not null check (value >= 0),
    audience text not null check (audience in ('everyone', 'online')),
    effective_from date not null,
    effective_to date
);

-- Minutes from one location to another, either way; what a travelling provider's day must leave free.
create table travel_times (
    travel_time_id text primary key,
    from_location_id text not null,
    to_location_id text not null,
    minutes integer not null check (minutes between 0 and 480)
);
