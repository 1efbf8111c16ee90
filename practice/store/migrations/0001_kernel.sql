-- What every other table leans on: settings, users and their sessions, the audit chain, the change feed.

-- Triggers refuse by inserting error(…) here; the table itself stays empty for ever.
create table refusals (message text);

create table settings (
    name text primary key,
    value text not null                     -- JSON
);

create table users (
    user_id text primary key,
    email text not null unique,             -- lower case
    name text not null,
    role text not null check (role in ('owner', 'manager', 'front_desk', 'provider', 'biller', 'analyst')),
    provider_id text,                       -- the provider this user is, for role provider
    location_ids text not null,             -- JSON list; empty = every location
    password_hash text not null,
    is_active boolean not null,
    created_at timestamp not null,
    failed_sign_ins integer not null,
    locked_until timestamp
);

create table sessions (
    session_hash text primary key,          -- SHA-256 of the token in the cookie
    user_id text not null,
    created_at timestamp not null,
    last_seen_at timestamp not null,
    expires_at timestamp not null,
    revoked_at timestamp
);

create table audit_entries (
    seq bigint not null unique,
    entry_id text not null,
    happened_at timestamp not null,
    actor_id text not null,
    actor_role text not null,
    command text not null,
    reason text,
    changes text not null,                  -- JSON: [{table, key, before, after}]
    idempotency_key text unique,
    request_hash text,                      -- tells a repeated command from another one under the same key
    result text,                            -- JSON: what the command answered
    prev_hash text not null unique,         -- a fork of the chain cannot be written
    hash text not null
);
create trigger audit_is_never_changed after update on audit_entries for each statement
    insert into refusals select error('The audit trail is append-only.');
create trigger audit_is_never_deleted after delete on audit_entries for each statement
    insert into refusals select error('The audit trail is append-only.');

-- The only way from the record to the warehouse. `seq` is commit order: one writer at a time.
create table changes (
    seq bigint not null,
    table_name text not null,
    key text not null,
    op text not null check (op in ('upsert', 'tombstone')),
    "row" text,                             -- JSON of the columns that may leave the record
    schema_version integer not null,
    known_at timestamp not null,
    audit_seq bigint not null               -- the command that made it
);
create sequence change_seq;
create trigger changes_are_never_changed after update on changes for each statement
    insert into refusals select error('The change feed is append-only.');
create trigger changes_are_never_deleted after delete on changes for each statement
    insert into refusals select error('The change feed is append-only.');
