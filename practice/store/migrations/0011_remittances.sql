-- What payers sent back (835), claim by claim, and what of it was posted. More kinds of entries for the money to come.
create table ledger_transactions_wider (
    transaction_id text primary key,
    kind text not null check (kind in (
        'charge', 'void_charge', 'payment', 'void_payment', 'allocation', 'deallocation', 'adjustment',
        'adjustment_reversal', 'transfer', 'refund', 'remittance', 'remittance_reversal', 'payer_refund', 'deposit',
        'deposit_applied', 'deposit_returned', 'package_sold', 'package_redeemed', 'package_expired', 'payout',
        'chargeback', 'interest', 'sale', 'cash_count')),
    document_id text not null,              -- the charge, payment, allocation … that it belongs to
    post_date date not null,
    known_at timestamp not null,
    actor_id text not null,
    reason text,
    reverses_id text
);
insert into ledger_transactions_wider select * from ledger_transactions order by rowid;
drop table ledger_transactions;
alter table ledger_transactions_wider rename to ledger_transactions;

create table payer_identifiers (
    identifier text primary key,            -- how the payer signs its remittances (TRN03)
    payer_id text not null
);

-- One 835. A held one has its cash in 1040 and nothing else; a trace number of a payer is posted once.
create table remittances (
    remittance_id text primary key,
    payer_id text not null,
    trace_number text not null,
    payment_id text,                        -- null where nothing arrived (the net is zero)
    location_id text not null,
    amount_minor bigint not null check (amount_minor >= 0),
    interest_minor bigint not null check (interest_minor >= 0),
    payment_date date,
    status text not null check (status in ('posted', 'held')),
    held_reason text,
    content text not null,                  -- JSON: the set as it arrived, segment by segment
    known_at timestamp not null,
    check ((status = 'held') = (held_reason is not null)),
    unique (payer_id, trace_number)
);
create table remittance_claims (
    remittance_claim_id text primary key,
    remittance_id text not null,
    number integer not null,                -- its place in the set, from 0
    control_number text not null,           -- what we called the claim
    payer_control_number text not null,
    claim_status text not null,             -- CLP02; 22 = an earlier one is taken back
    charge_minor bigint not null,
    paid_minor bigint not null,
    denied_minor bigint not null,           -- stays open towards the payer: to be worked, not written off
    status text not null check (status in ('posted', 'unmatched', 'reversed')),
    note text,                              -- why it is unmatched, or what could not be posted of it
    reverses_id text unique,                -- the remittance_claim that it takes back
    known_at timestamp not null
);
create index remittance_claims_by_control_number on remittance_claims (control_number);
create table remittance_lines (
    remittance_line_id text primary key,
    remittance_claim_id text not null,
    number integer not null,
    code text not null,
    service_date date,
    charge_minor bigint not null,
    paid_minor bigint not null,
    charge_id text                          -- ours, once it is matched
);
create table remittance_adjustments (
    remittance_adjustment_id text primary key,
    remittance_claim_id text not null,
    remittance_line_id text,                -- null = of the claim as a whole
    group_code text not null,
    reason_code text not null,
    amount_minor bigint not null,
    class text not null
);
-- What a claim's posting wrote, so that a take-back mirrors that and nothing else.
create table remittance_entries (
    remittance_entry_id text primary key,
    remittance_claim_id text not null,
    charge_id text not null,
    kind text not null check (kind in ('allocation', 'adjustment', 'transfer', 'excess')),
    document_id text not null,              -- the allocation, adjustment, transfer; of an excess: its payment
    amount_minor bigint not null check (amount_minor > 0)
);
create table provider_adjustments (
    provider_adjustment_id text primary key,
    remittance_id text not null,
    reason_code text not null,              -- WO, FB, L6 …
    reference text not null,
    amount_minor bigint not null            -- positive lowers the deposit
);

-- payer × group × reason → what an amount means. The payer's own row goes before the general one, a reason before a group.
create table remittance_rules (
    remittance_rule_id text primary key,
    payer_id text,                          -- null = every payer
    group_code text not null,
    reason_code text,                       -- null = every other reason of the group
    class text not null check (class in (
        'contractual', 'sequestration', 'denial', 'client_share', 'prior_payer', 'nothing'))
);
insert into remittance_rules values
    ('CO', null, 'CO', null, 'denial'), ('CO-45', null, 'CO', '45', 'contractual'),
    ('CO-42', null, 'CO', '42', 'contractual'), ('CO-A2', null, 'CO', 'A2', 'contractual'),
    ('CO-59', null, 'CO', '59', 'contractual'), ('CO-131', null, 'CO', '131', 'contractual'),
    ('CO-253', null, 'CO', '253', 'sequestration'), ('CO-16', null, 'CO', '16', 'denial'),
    ('CO-29', null, 'CO', '29', 'denial'), ('CO-197', null, 'CO', '197', 'denial'),
    ('PI', null, 'PI', null, 'denial'), ('PI-45', null, 'PI', '45', 'contractual'),
    ('PR', null, 'PR', null, 'client_share'), ('OA', null, 'OA', null, 'nothing'),
    ('OA-23', null, 'OA', '23', 'prior_payer'), ('CR', null, 'CR', null, 'nothing');
