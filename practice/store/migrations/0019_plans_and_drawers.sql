-- Payment plans change only what is due when; a cash drawer is counted and closed day by day.

create table payment_plans (
    payment_plan_id text primary key,
    party text not null,
    client_id text not null,                -- the guarantor who promised
    total_minor bigint not null check (total_minor > 0),
    agreed_date date not null,
    agreed_by text not null,
    status text not null check (status in ('live', 'ended')),
    ended_reason text,
    known_at timestamp not null,
    check ((status = 'ended') = (ended_reason is not null))
);
create table plan_items (
    plan_item_id text primary key,
    payment_plan_id text not null,
    charge_id text not null,
    party text not null,
    amount_minor bigint not null check (amount_minor > 0),   -- what was open when it was agreed
    live_key text unique                    -- charge_id|party while the plan is live
);
create table instalments (
    instalment_id text primary key,
    payment_plan_id text not null,
    number integer not null,
    due_date date not null,
    amount_minor bigint not null check (amount_minor > 0)
);

-- A count of a location's drawer at the end of a day. Nothing in cash is posted there on that day or before any more.
create table drawer_counts (
    drawer_count_id text primary key,
    location_id text not null,
    counted_date date not null,
    expected_minor bigint not null,
    counted_minor bigint not null check (counted_minor >= 0),
    banked_minor bigint not null check (banked_minor >= 0 and banked_minor <= counted_minor),
    denominations text,                     -- JSON: minor units → how many
    reason text,                            -- of the difference
    status text not null check (status in ('closed', 'reopened')),
    reopened_reason text,
    transaction_id text,                    -- null where nothing differed and nothing was banked
    counted_by text not null,
    known_at timestamp not null,
    check (counted_minor = expected_minor or reason is not null),
    check ((status = 'reopened') = (reopened_reason is not null))
);
-- Change that is put into the drawer from the bank.
create table drawer_floats (
    drawer_float_id text primary key,
    location_id text not null,
    amount_minor bigint not null check (amount_minor > 0),
    post_date date not null,
    transaction_id text not null,
    known_at timestamp not null
);
