-- Cards: tokens of a processor, never a number. What was asked of it, what it said, and what came of it in the books.

create table card_customers (
    client_id text primary key,             -- who owes
    customer_token text not null,
    known_at timestamp not null
);
create table saved_cards (
    saved_card_id text primary key,
    client_id text not null,
    customer_token text not null,
    card_token text not null unique,
    brand text not null,
    last4 text not null check (length(last4) = 4),
    expires_month integer not null check (expires_month between 1 and 12),
    expires_year integer not null,
    consent_version integer not null,       -- of the words that the client agreed to
    consented_at timestamp not null,
    removed_at timestamp,
    known_at timestamp not null
);
create index saved_cards_by_client on saved_cards (client_id);
create table pay_links (
    pay_link_id text primary key,
    token_hash text not null unique,
    purpose text not null check (purpose in ('pay', 'save_card')),
    party text not null,
    client_id text not null,
    invoice_id text,                        -- null = everything that is due
    created_by text not null,
    created_at timestamp not null,
    expires_at timestamp not null,
    withdrawn_at timestamp
);
create index pay_links_by_client on pay_links (client_id);
create table card_setups (
    card_setup_id text primary key,
    pay_link_id text not null,
    client_id text not null,
    page_token text,
    state text not null check (state in ('requested', 'open', 'saved', 'closed')),
    consent_version integer not null,
    requested_at timestamp not null,
    known_at timestamp not null
);
create table card_charges (
    card_charge_id text primary key,        -- the idempotency key at the processor is made of it
    party text not null,
    client_id text not null,
    location_id text not null,
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    way text not null check (way in ('saved_card', 'page', 'autopay')),
    saved_card_id text,
    pay_link_id text,
    claim_key text unique,                  -- of autopay: one charge per party and night
    state text not null check (state in ('requested', 'processing', 'succeeded', 'failed')),
    refusal text,                           -- why it failed, the processor's word
    intent_token text,
    page_token text,
    tries integer not null,
    asked_at timestamp,                     -- when the processor was asked about it the last time
    payment_id text,                        -- what it became in the books: set once, with the money
    requested_by text not null,
    requested_at timestamp not null,
    known_at timestamp not null,
    check (payment_id is null or state = 'succeeded'),
    check ((way = 'page') = (saved_card_id is null))
);
create index card_charges_by_client on card_charges (client_id);
create table card_charge_items (
    card_charge_item_id text primary key,
    card_charge_id text not null,
    charge_id text not null,
    amount_minor bigint not null check (amount_minor > 0)
);
create index card_charge_items_by_charge on card_charge_items (card_charge_id);
create table card_refunds (
    card_refund_id text primary key,        -- the idempotency key at the processor is made of it
    card_charge_id text not null,
    payment_id text not null,
    refund_id text,                         -- null: given back at the processor, not in the books yet
    amount_minor bigint not null check (amount_minor > 0),
    state text not null check (state in ('requested', 'processing', 'succeeded', 'failed', 'paid_otherwise')),
    refusal text,
    refund_token text,
    tries integer not null,
    asked_at timestamp,
    requested_at timestamp not null,
    known_at timestamp not null
);
create table card_disputes (
    dispute_token text primary key,
    card_charge_id text not null,
    amount_minor bigint not null,
    reason text not null,
    state text not null check (state in ('open', 'won', 'lost')),
    refund_id text,                         -- the chargeback in the books
    payment_id text,                        -- the money that came back when it was won
    known_at timestamp not null
);
create table autopays (
    client_id text primary key,             -- who owes
    saved_card_id text not null,
    is_on boolean not null,
    most_minor bigint check (most_minor > 0),
    consent_version integer not null,
    consented_at timestamp not null,
    since_at timestamp not null,            -- switched on the last time: declines count from here
    stopped_why text,
    set_by text not null,
    known_at timestamp not null
);
create table processor_events (
    event_id text primary key,              -- the same event is the same row
    kind text not null,
    object_id text,
    happened_at timestamp not null,
    received_at timestamp not null,
    state text not null check (state in ('received', 'handled', 'ignored', 'failed')),
    why text,
    tries integer not null,
    tried_at timestamp
);
create index processor_events_by_state on processor_events (state);
