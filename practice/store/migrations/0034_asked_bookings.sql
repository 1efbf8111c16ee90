-- Booking over another visit can wait for a second person, like a write-off: it is of no amount.
create table new_approvals (
    approval_id text primary key,
    kind text not null check (kind in ('write_off', 'refund', 'waiver', 'back_date', 'overbook')),
    command text not null,                  -- what is done once a second person agrees
    parameters text not null,               -- JSON: the command's parameters
    location_id text not null,
    client_id text,                         -- whom it is about, for the queue; null for a payer's
    charge_id text,
    payment_id text,
    amount_minor bigint not null check (amount_minor >= 0),
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
    check ((amount_minor = 0) = (kind = 'overbook')),
    check ((outcome is null) = (decided_by is null)),
    check ((outcome is null) = (decided_at is null)),
    check (outcome is null or (outcome = 'withdrawn') = (decided_by = asked_by)),   -- never one's own
    check (outcome is null or outcome <> 'approved' or decided_at < expires_at)
);
insert into new_approvals select approval_id, kind, command, parameters, location_id, client_id, charge_id, payment_id,
    amount_minor, days_behind, reason_class, reason, asked_by, asked_at, expires_at, outcome, decided_by, decided_at,
    decision_note from approvals;
drop table approvals;
alter table new_approvals rename to approvals;
