-- Control over money: how far the books are closed, what a role may do alone, and what waits for a second person.

-- Each closing and reopening as it was said; the newest one is in force (settings.lock_date says the same for reading).
create table period_locks (
    period_lock_id text primary key,
    locked_until date,                      -- the last closed day; null = everything is open
    previous_until date,
    reason text not null,
    set_by text not null,                   -- user_id
    known_at timestamp not null
);

-- The most that a role may do without a second person. No row: any amount, but no day behind the lock date.
create table approval_limits (
    approval_limit_id text primary key,     -- kind|role
    kind text not null check (kind in ('write_off', 'refund', 'waiver', 'back_date')),
    role text not null check (role in ('owner', 'manager', 'front_desk', 'biller')),
    most bigint check (most >= 0),          -- minor units; days for back_date; null = no row any more
    set_by text not null,
    known_at timestamp not null,
    unique (kind, role)
);

create table approvals (
    approval_id text primary key,
    kind text not null check (kind in ('write_off', 'refund', 'waiver', 'back_date')),
    command text not null,                  -- what is done once a second person agrees
    parameters text not null,               -- JSON: the command's parameters
    location_id text not null,
    client_id text,                         -- whom it is about, for the queue; null for a payer's
    charge_id text,
    payment_id text,
    amount_minor bigint not null check (amount_minor > 0),
    days_behind integer not null check (days_behind >= 0),
    reason_class text not null,
    reason text not null,
    asked_by text not null,
    asked_at timestamp not null,
    expires_at timestamp not null,
    outcome text check (outcome in ('approved', 'rejected', 'withdrawn')),
    decided_by text,
    decided_at timestamp,
    decision_note text,
    check ((outcome is null) = (decided_by is null)),
    check ((outcome is null) = (decided_at is null)),
    check (outcome is null or (outcome = 'withdrawn') = (decided_by = asked_by)),   -- never one's own
    check (outcome is null or outcome <> 'approved' or decided_at < expires_at)
);
