-- Paper besides invoices: what was handed out, as it was. One row per version; none is ever changed.
create table documents (
    document_id text primary key,
    kind text not null check (kind in ('statement', 'receipt', 'superbill', 'estimate')),
    number bigint not null,                 -- gap-free within its kind
    subject text not null,                  -- what it is about: party|from|to of a statement, payment_id of a receipt …
    version integer not null check (version >= 1),
    replaces_id text unique,                -- the version before it, when what it says has changed
    title text not null,                    -- for lists: the period, the payment's day
    party text not null,
    client_id text not null,
    location_id text not null,
    issued_date date not null,
    content text not null,                  -- JSON: everything the page shows, as it was
    known_at timestamp not null,
    unique (kind, number),
    unique (kind, subject, version),
    check ((version = 1) = (replaces_id is null))
);
create index documents_by_client on documents (client_id);
create trigger documents_are_never_changed after update on documents for each statement
    insert into refusals select error('A document is never changed: issue a new version.');
create trigger documents_are_never_deleted after delete on documents for each statement
    insert into refusals select error('A document is never deleted: issue a new version.');

-- Each logo stays, because papers of its time show it. settings.logo_id names the one in use.
create table logos (
    logo_id text primary key,
    content text not null,                  -- SVG; a PNG stands inside one
    known_at timestamp not null
);
