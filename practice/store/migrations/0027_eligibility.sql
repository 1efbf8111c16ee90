-- Whether a policy is in force, as its payer answers (270 asked, 271 answered). Every question stays with its answer.
create table eligibility_files (
    eligibility_file_id text primary key,
    number bigint not null unique,          -- its control number (ISA13, GS06, BHT03)
    file_name text not null,
    content text not null,
    sent_by text not null,
    dropped_at timestamp,                   -- when it was put into the folder; null = still to be
    known_at timestamp not null
);
create table eligibility_checks (
    eligibility_check_id text primary key,
    trace_number text not null unique,      -- TRN02: what the answer names
    eligibility_file_id text,               -- null = somebody asked by phone or on the payer's page
    policy_id text not null,
    client_id text not null,
    payer_id text not null,
    asked_date date not null,               -- the day that was asked about
    status text not null check (status in ('asked', 'active', 'inactive', 'refused')),
    plan_name text,
    copay_minor bigint,
    coinsurance_percent double,
    deductible_minor bigint,
    deductible_left_minor bigint,
    note text,                              -- why it was refused, in words; what somebody wrote down
    answer text,                            -- the answer's segments as they came
    answered_at timestamp,
    known_at timestamp not null
);
create index eligibility_checks_by_policy on eligibility_checks (policy_id);
