-- Who and where: locations, rooms, providers, services, payers, clients and what they are covered by.

-- DuckDB refuses to update a unique column of a row that others reference, so the names of locations, services and
-- payers and the codes of providers are kept apart by the commands (one writer at a time) in place of a constraint.
create table locations (
    location_id text primary key,
    name text not null,
    zone text not null,                     -- IANA name
    address text,
    phone text,
    is_active boolean not null
);

create table rooms (
    room_id text primary key,
    location_id text not null references locations (location_id),
    name text not null,
    capacity integer not null check (capacity >= 1),
    is_active boolean not null,
    unique (location_id, name)
);

create table providers (
    provider_id text primary key,
    name text not null,
    code text not null,                     -- short, e.g. initials: what marts show in place of a name
    discipline text,
    npi text,
    started_date date not null,
    ended_date date,
    is_active boolean not null
);

create table services (
    service_id text primary key,
    name text not null,
    code text,                              -- the practice's own or a billing code
    duration_minutes integer not null check (duration_minutes between 5 and 720),
    buffer_before_minutes integer not null check (buffer_before_minutes between 0 and 240),
    buffer_after_minutes integer not null check (buffer_after_minutes between 0 and 240),
    fee_minor bigint not null check (fee_minor >= 0),
    capacity integer not null check (capacity between 1 and 100),
    needs_room boolean not null,
    is_for_new_clients boolean not null,
    is_active boolean not null
);

create table provider_services (
    provider_service_id text primary key,
    provider_id text not null references providers (provider_id),
    service_id text not null references services (service_id),
    is_active boolean not null,
    unique (provider_id, service_id)
);

create table payers (
    payer_id text primary key,
    name text not null,
    kind text not null check (kind in ('commercial', 'public', 'employer', 'other')),
    is_active boolean not null
);

-- What a payer has agreed to allow for a service, from a date on.
create table payer_contracts (
    payer_contract_id text primary key,
    payer_id text not null references payers (payer_id),
    service_id text not null references services (service_id),
    allowed_minor bigint not null check (allowed_minor >= 0),
    effective_from date not null,
    effective_to date,
    unique (payer_id, service_id, effective_from)
);

create table referral_sources (
    referral_source_id text primary key,
    name text not null unique,
    kind text not null check (kind in ('client', 'professional', 'payer', 'web', 'event', 'other', 'unknown')),
    is_active boolean not null
);

create table clients (
    client_id text primary key,
    given_name text not null,
    family_name text not null,
    birth_date date,
    phone text,
    email text,
    guarantor_client_id text,               -- who owes for this client; null = the client
    referral_source_id text,
    location_id text not null,              -- where the client usually comes
    provider_id text,                       -- who usually sees the client
    created_at timestamp not null,
    created_date date not null,
    is_active boolean not null
);

-- A payer's cover of a client ("coverage"). rank 1 pays first.
create table policies (
    policy_id text primary key,
    client_id text not null,
    payer_id text not null references payers (payer_id),
    rank integer not null check (rank between 1 and 3),
    member_number text not null,
    copay_minor bigint not null check (copay_minor >= 0),
    effective_from date not null,
    effective_to date,
    check (effective_to is null or effective_to >= effective_from)
);
