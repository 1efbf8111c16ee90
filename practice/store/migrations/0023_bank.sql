-- What the bank and the card processor say, line by line, and which entries of the ledger each line is.

alter table refunds add column kind text default 'refund';   -- or 'chargeback': a bounced check, a card's dispute

create table bank_mappings (
    bank_mapping_id text primary key,       -- kind|the file's header
    columns text not null,                  -- JSON: field → header
    date_order text not null check (date_order in ('ymd', 'mdy', 'dmy')),
    known_at timestamp not null
);
create table bank_lines (
    bank_line_id text primary key,
    kind text not null check (kind in ('bank', 'payout')),
    file_name text not null,
    line_date date not null,
    description text,
    reference text,
    gross_minor bigint not null,            -- of a payout before its fee; else the net
    fee_minor bigint not null,
    net_minor bigint not null,
    fingerprint text not null unique,       -- the same line loaded again is the same line
    status text not null check (status in ('open', 'matched')),
    difference_minor bigint not null,
    difference_class text,
    difference_reason text,
    transaction_id text,                    -- what matching it posted
    matched_by text,
    matched_at timestamp,
    known_at timestamp not null,
    check (gross_minor = net_minor + fee_minor),
    check ((difference_minor = 0) = (difference_reason is null))
);
create index bank_lines_by_status on bank_lines (status);
create table bank_matches (
    bank_match_id text primary key,
    bank_line_id text not null,
    transaction_id text not null,
    account text not null,
    amount_minor bigint not null,
    live_key text unique,                   -- transaction|account while it stands: an entry is in the bank once
    known_at timestamp not null
);
create index bank_matches_by_line on bank_matches (bank_line_id);
