-- Reminders of unpaid invoices: steps by age and amount, and what stops them.

create table dunning_steps (
    dunning_step_id text primary key,       -- the step's number: first, second, last
    number integer not null unique check (number between 1 and 3),
    days integer not null check (days between 1 and 730),    -- after the oldest unpaid invoice was due
    least_minor bigint not null check (least_minor >= 0),
    is_active boolean not null,
    known_at timestamp not null
);
create table dunning_reminders (
    dunning_reminder_id text primary key,
    party text not null,
    client_id text not null,
    invoice_id text not null,               -- the oldest overdue one: it tells one run of steps from the next
    number integer not null,
    overdue_minor bigint not null,
    sent_date date not null,
    known_at timestamp not null,
    unique (invoice_id, number)             -- a step is said once
);
create table dunning_stops (
    dunning_stop_id text primary key,
    party text not null,
    client_id text not null,
    kind text not null check (kind in ('promise', 'dispute')),
    until_date date,                        -- of a promise
    reason text not null,
    set_by text not null,
    is_ended boolean not null,
    ended_reason text,
    known_at timestamp not null,
    check ((kind = 'promise') = (until_date is not null)),
    check (is_ended = (ended_reason is not null))
);

-- One purpose more that messages can be stopped for.
create table consents_wider (
    consent_id text primary key,
    client_id text not null,
    channel text not null check (channel in ('email', 'text')),
    purpose text not null check (purpose in ('appointments', 'offers', 'recalls', 'payments', 'news')),
    is_given boolean not null,
    source text not null check (source in ('desk', 'online', 'link', 'import', 'demo')),
    effective_at timestamp not null,
    known_at timestamp not null
);
insert into consents_wider select * from consents order by rowid;
drop table consents;
alter table consents_wider rename to consents;
