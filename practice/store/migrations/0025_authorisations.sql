-- What a payer agreed to beforehand: so many units of a service for a client, between two days.
create table authorisations (
    authorisation_id text primary key,
    client_id text not null,
    payer_id text not null,
    service_id text,                        -- null = whatever the client is seen for
    number text not null,                   -- the payer's own; claims name it
    units integer not null check (units > 0),
    from_date date not null,
    until_date date not null,
    recorded_by text not null,              -- user_id
    known_at timestamp not null,
    is_withdrawn boolean not null,
    check (until_date >= from_date)
);
create index authorisations_by_client on authorisations (client_id);

-- What a charge took up. What is left is never stored: the units less those of charges that stand.
create table charge_authorisations (
    charge_id text primary key,
    authorisation_id text not null,
    units integer not null check (units > 0),
    known_at timestamp not null
);
