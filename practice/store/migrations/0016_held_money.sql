-- Money held for something to come: deposits for a booking (2110), prepaid packages of sessions (2120).

-- What is asked for at booking. The client's own rule goes before the service's, the first visit's before the general one.
create table deposit_rules (
    deposit_rule_id text primary key,       -- service or client|first or any
    service_id text,
    client_id text,                         -- a rule for this client, whatever the service
    is_for_first_visit boolean not null,
    kind text not null check (kind in ('none', 'amount', 'full')),
    amount_minor bigint check (amount_minor > 0),
    is_withdrawn boolean not null,          -- taken away: the next rule speaks
    set_by text not null,
    known_at timestamp not null,
    check ((kind = 'amount') = (amount_minor is not null)),
    check ((service_id is null) <> (client_id is null))
);

-- A deposit is a part of a payment, held for a booking; it follows the booking through its moves.
create table deposits (
    deposit_id text primary key,
    payment_id text not null,
    attendee_id text not null,              -- the booking as it was when it was taken
    client_id text not null,
    location_id text not null,
    amount_minor bigint not null check (amount_minor > 0),
    post_date date not null,
    transaction_id text not null,
    known_at timestamp not null
);
create index deposits_by_attendee on deposits (attendee_id);

create table package_offers (
    package_offer_id text primary key,
    name text not null,
    service_id text not null,
    sessions integer not null check (sessions between 2 and 500),
    price_minor bigint not null check (price_minor >= sessions),
    valid_days integer not null check (valid_days between 1 and 3660),
    is_active boolean not null,
    known_at timestamp not null
);
-- A package as it was sold: the sessions, the price and the days are the client's, whatever becomes of the offer.
create table packages (
    package_id text primary key,
    package_offer_id text not null,
    payment_id text not null,
    client_id text not null,                -- whose sessions they are
    location_id text not null,
    service_id text not null,
    sessions integer not null check (sessions between 2 and 500),
    price_minor bigint not null check (price_minor >= sessions),
    sold_date date not null,
    expires_date date not null,             -- the last day on which a session can take place
    transaction_id text not null,
    known_at timestamp not null
);
create index packages_by_client on packages (client_id);

-- What became of held money. Undoing is a row of its own with everything negative, naming what it undoes.
create table held_moves (
    held_move_id text primary key,
    held_id text not null,                  -- the deposit or the package
    kind text not null check (kind in ('applied', 'returned', 'redeemed', 'expired')),
    sessions integer not null,              -- 0 for a deposit
    amount_minor bigint not null check (amount_minor <> 0),
    charge_id text,
    allocation_id text,
    post_date date not null,
    reason text,
    reverses_id text unique,
    transaction_id text not null,
    known_at timestamp not null,
    check ((amount_minor < 0) = (reverses_id is not null))
);
create index held_moves_by_held on held_moves (held_id);
