-- Money: charges and documents, payments and where they went, and the ledger that all of it moves through.

create table accounts (
    account text primary key,
    name text not null,
    kind text not null check (kind in ('asset', 'contra_asset', 'liability', 'income', 'contra_income', 'expense'))
);
insert into accounts values
    ('1000', 'Bank', 'asset'), ('1010', 'Cash drawer', 'asset'), ('1020', 'Card clearing', 'asset'),
    ('1040', 'Remittance clearing', 'asset'), ('1100', 'Accounts receivable, payer', 'asset'),
    ('1110', 'Accounts receivable, client', 'asset'), ('1190', 'Expected contractual', 'contra_asset'),
    ('2100', 'Client credit (unapplied)', 'liability'), ('2110', 'Deposits', 'liability'),
    ('2120', 'Deferred packages', 'liability'), ('2130', 'Payer credit', 'liability'),
    ('2140', 'Unidentified receipts', 'liability'), ('2200', 'Tax', 'liability'),
    ('4000', 'Service income', 'income'), ('4010', 'Missed-visit fees', 'income'), ('4020', 'Products', 'income'),
    ('4030', 'Breakage', 'income'), ('4040', 'Interest', 'income'),
    ('4100', 'Contractual adjustment', 'contra_income'), ('4105', 'Contractual adjustment, estimate', 'contra_income'),
    ('4110', 'Courtesy adjustment', 'contra_income'), ('4120', 'Small-balance adjustment', 'contra_income'),
    ('4130', 'Charity adjustment', 'contra_income'), ('4140', 'Denial write-off', 'contra_income'),
    ('5100', 'Bad debt', 'expense'), ('5200', 'Processor fees', 'expense'), ('5210', 'Over/short', 'expense');

-- A charge is frozen when posted; a correction voids it and posts another.
create table charges (
    charge_id text primary key,
    attendee_id text,
    appointment_id text,
    client_id text not null,                -- who was seen
    guarantor_client_id text not null,      -- who owes what no payer owes
    payer_id text,                          -- who is asked first; null = self-pay
    provider_id text,
    location_id text not null,
    service_id text,
    kind text not null check (kind in ('service', 'missed_visit', 'product')),
    code text,
    description text not null,
    units integer not null check (units >= 1),
    amount_minor bigint not null check (amount_minor > 0),
    service_date date not null,
    post_date date not null,
    transaction_id text not null,
    known_at timestamp not null,
    status text not null check (status in ('posted', 'void')),
    void_transaction_id text,
    live_key text unique                    -- attendee_id while posted: a visit is charged once
);
create index charges_by_client on charges (client_id);

-- party: 'client:<client_id>' or 'payer:<payer_id>'. An invoice asks one party; its document is frozen.
create table invoices (
    invoice_id text primary key,
    number bigint not null unique,          -- gap-free; a void keeps its number
    party text not null,
    client_id text not null,                -- the guarantor it is addressed to
    issued_date date not null,
    due_date date not null,
    total_minor bigint not null,
    document text not null,                 -- JSON: everything the page shows, as it was
    known_at timestamp not null,
    status text not null check (status in ('issued', 'void')),
    void_reason text
);
create table invoice_lines (
    invoice_line_id text primary key,
    invoice_id text not null,
    charge_id text not null,
    party text not null,
    amount_minor bigint not null,
    live_key text unique                    -- charge_id|party while the invoice is live
);

create table payments (
    payment_id text primary key,
    party text not null,
    client_id text,
    payer_id text,
    location_id text not null,
    method text not null check (method in ('cash', 'card', 'bank', 'check', 'remittance')),
    amount_minor bigint not null check (amount_minor > 0),
    reference text,
    received_date date not null,
    transaction_id text not null,
    known_at timestamp not null,
    status text not null check (status in ('posted', 'void')),
    void_transaction_id text
);

-- Dated rows; a de-allocation is a row with the amount negative and the row it undoes.
create table allocations (
    allocation_id text primary key,
    payment_id text not null,
    charge_id text not null,
    party text not null,
    amount_minor bigint not null check (amount_minor <> 0),
    post_date date not null,
    reverses_id text unique,
    reason text,
    transaction_id text not null,
    known_at timestamp not null,
    check ((amount_minor < 0) = (reverses_id is not null))
);
create index allocations_by_charge on allocations (charge_id);
create index allocations_by_payment on allocations (payment_id);

create table adjustments (
    adjustment_id text primary key,
    charge_id text not null,
    party text not null,
    class text not null check (class in ('contractual', 'courtesy', 'small_balance', 'charity', 'denial', 'bad_debt')),
    amount_minor bigint not null check (amount_minor <> 0),   -- positive lowers what is owed
    post_date date not null,
    reason text not null,
    reverses_id text unique,
    transaction_id text not null,
    known_at timestamp not null
);

create table transfers (
    transfer_id text primary key,
    charge_id text not null,
    from_party text not null,
    to_party text not null,
    amount_minor bigint not null check (amount_minor > 0),
    post_date date not null,
    reason text not null,
    transaction_id text not null,
    known_at timestamp not null
);

create table refunds (
    refund_id text primary key,
    payment_id text not null,
    method text not null check (method in ('cash', 'card', 'bank', 'check')),
    amount_minor bigint not null check (amount_minor > 0),
    post_date date not null,
    reason text not null,
    transaction_id text not null,
    known_at timestamp not null
);

create table ledger_transactions (
    transaction_id text primary key,
    kind text not null check (kind in (
        'charge', 'void_charge', 'payment', 'void_payment', 'allocation', 'deallocation', 'adjustment',
        'adjustment_reversal', 'transfer', 'refund')),
    document_id text not null,              -- the charge, payment, allocation … that it belongs to
    post_date date not null,
    known_at timestamp not null,
    actor_id text not null,
    reason text,
    reverses_id text
);

-- One row per debit or credit. All postings of a transaction arrive in one INSERT, or the trigger refuses them.
create table postings (
    posting_id text not null,
    transaction_id text not null,
    account text not null references accounts (account),
    party text,
    client_id text,
    payer_id text,
    charge_id text,
    payment_id text,
    provider_id text,
    location_id text not null,
    service_date date,
    post_date date not null,
    known_at timestamp not null,
    debit_minor bigint not null check (debit_minor >= 0),
    credit_minor bigint not null check (credit_minor >= 0),
    check ((debit_minor = 0) <> (credit_minor = 0)),
    check (account not in ('1100', '1110') or (charge_id is not null and party is not null))
);
create index postings_by_charge on postings (charge_id);
create trigger postings_balance after insert on postings referencing new table as fresh for each statement
    insert into refusals select error('Transaction ' || transaction_id || ' does not balance.')
    from fresh group by transaction_id having sum(debit_minor) <> sum(credit_minor);
create trigger postings_are_never_changed after update on postings for each statement
    insert into refusals select error('Postings are never changed: post a reversal.');
create trigger postings_are_never_deleted after delete on postings for each statement
    insert into refusals select error('Postings are never deleted: post a reversal.');
