-- Claims out (837P): what they need beside charges, what was sent and stays as it was, what came back about it.

create table claim_senders (
    claim_sender_id text primary key,       -- 'practice': who bills
    name text not null,
    npi text not null,
    tax_id text not null,                   -- digits alone
    taxonomy text not null,
    contact_name text not null,
    phone text not null,
    submitter_code text not null,           -- what the receiver calls us
    receiver_name text not null,            -- the clearinghouse or payer that takes our files
    receiver_code text not null,
    is_test boolean not null,               -- files say so (ISA15 = T)
    known_at timestamp not null
);
create table postal_addresses (
    subject text primary key,               -- 'practice', 'location:<id>', 'client:<id>', 'policy:<id>' (the subscriber's)
    street text not null,
    city text not null,
    state text not null,
    postal_code text not null,
    known_at timestamp not null
);
create table provider_claims (
    provider_id text primary key,
    given_name text not null,
    family_name text not null,
    taxonomy text not null,
    supervising_provider_id text,
    known_at timestamp not null
);
create table client_sexes (
    client_id text primary key,
    sex text not null check (sex in ('F', 'M', 'U')),
    known_at timestamp not null
);
-- Who holds the policy, where it is not the client.
create table policy_holders (
    policy_id text primary key,
    relationship text not null check (relationship in ('self', 'spouse', 'child', 'other')),
    given_name text,
    family_name text,
    birth_date date,
    sex text check (sex in ('F', 'M', 'U')),
    group_number text,
    known_at timestamp not null,
    check (relationship = 'self' or (given_name is not null and family_name is not null))
);

-- A file as it was sent. `number` is its control number (ISA13, GS06) and the number of its transaction (BHT03).
create table claim_files (
    claim_file_id text primary key,
    number bigint not null unique,
    file_name text not null,
    content text not null,
    claim_count integer not null,
    status text not null check (status in ('sent', 'received', 'refused')),
    status_note text,
    sent_by text not null,
    dropped_at timestamp,                   -- when it was put into the folder; null = still to be
    known_at timestamp not null
);
-- One claim per visit and payer rank. `document` is all that was sent; it is never changed.
create table insurance_claims (
    insurance_claim_id text primary key,
    number bigint not null unique,
    control_number text not null unique,    -- what we call it in files (CLM01)
    claim_file_id text not null,
    payer_id text not null,
    policy_id text not null,
    rank integer not null,
    client_id text not null,
    provider_id text,
    location_id text not null,
    service_date date not null,
    sent_date date not null,                -- at the location
    frequency text not null check (frequency in ('1', '7', '8')),   -- original, corrected, void
    original_id text,                       -- the claim that a corrected or void one is about, or that was sent again
    total_minor bigint not null,
    document text not null,
    status text not null check (status in ('submitted', 'accepted', 'rejected', 'replaced', 'voided')),
    status_note text,
    payer_control_number text,              -- what the payer calls it
    known_at timestamp not null,
    check (frequency = '1' or original_id is not null)
);
create index insurance_claims_by_client on insurance_claims (client_id);
create table insurance_claim_lines (
    insurance_claim_line_id text primary key,
    insurance_claim_id text not null,
    number integer not null,
    charge_id text not null,
    control_number text not null unique,    -- REF*6R
    amount_minor bigint not null,
    live_key text unique                    -- charge_id|payer_id while the claim asks for it: nothing is asked for twice
);
create index insurance_claim_lines_by_charge on insurance_claim_lines (charge_id);
create table claim_events (
    claim_event_id text primary key,
    insurance_claim_id text not null,
    kind text not null check (kind in (
        'submitted', 'received', 'accepted', 'rejected', 'noted', 'replaced', 'voided')),
    note text,
    known_at timestamp not null
);
-- Charges that no claim is to ask this payer for: sent from elsewhere before, or agreed otherwise.
create table claim_exclusions (
    claim_exclusion_id text primary key,    -- charge_id|payer_id
    charge_id text not null,
    payer_id text not null,
    reason text not null,
    excluded_by text not null,
    known_at timestamp not null
);
