-- Papers made in one go: runs, what came out of each, and what starts them by itself.
create table document_schedules (
    document_schedule_id text primary key,
    kind text not null check (kind in ('invoices', 'statements')),
    rhythm text not null check (rhythm in ('daily', 'monthly')),
    day_of_month integer check (day_of_month between 1 and 28),     -- of a monthly one
    at_hour integer not null check (at_hour between 0 and 23),      -- from then on, in the practice's zone
    client_id text,                                                 -- only their account; null = everybody
    due_days integer not null check (due_days between 0 and 365),
    starts_date date not null,                                      -- the first day on which it may run
    ended_at timestamp,
    known_at timestamp not null,
    check ((rhythm = 'monthly') = (day_of_month is not null)),
    check (kind = 'invoices' or rhythm = 'monthly')
);

create table document_runs (
    document_run_id text primary key,
    kind text not null check (kind in ('invoices', 'statements')),
    from_date date,                         -- of statements
    until_date date not null,
    due_days integer not null,
    document_schedule_id text,              -- null = somebody started it
    schedule_key text unique,               -- document_schedule_id|day: a schedule runs once for each
    started_at timestamp not null,
    finished_at timestamp,                  -- null = under way, or interrupted: it goes on where it stopped
    issued integer not null,                -- papers so far
    refused integer not null                -- accounts that got none, as the last pass found
);

create table run_papers (
    run_paper_id text primary key,
    document_run_id text not null,
    party text not null,
    invoice_id text,
    document_id text,
    why text,                               -- the sentence for an account that got none
    known_at timestamp not null,
    check ((invoice_id is not null)::integer + (document_id is not null)::integer + (why is not null)::integer = 1)
);
create index run_papers_by_run on run_papers (document_run_id);
