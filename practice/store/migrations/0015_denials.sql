-- What people do about a payer's denials, and what a payer needs of us for that and for claims.
create table payer_insurance (
    payer_id text primary key,
    payer_code text,                        -- how files name the payer
    filing_code text,                       -- the kind of cover in a claim: CI commercial, MB Medicare, MC Medicaid …
    appeal_days integer not null check (appeal_days between 1 and 730),
    known_at timestamp not null
);

-- A denial is a claim of a remittance that left something denied; a row stands here once somebody took it in hand.
create table denials (
    remittance_claim_id text primary key,
    owner_id text,                          -- whose task it is
    deadline_date date,                     -- null = the payer's days after its remittance
    outcome text check (outcome in ('appealed', 'corrected', 'written_off', 'to_client')),
    note text,
    decided_by text,
    decided_at timestamp,
    known_at timestamp not null,
    check ((outcome is null) = (decided_by is null))
);
