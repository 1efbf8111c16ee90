-- Files to and from payers by SFTP. Keys and passwords of ours are never here, but in files beside the record.

create table payer_connections (
    connection_id text primary key,
    name text not null,
    host text not null,
    port integer not null check (port between 1 and 65535),
    user_name text not null,
    sign_in text not null check (sign_in in ('key', 'password')),
    public_key text,                        -- ours, which the payer has; null where a password is used
    host_key text,                          -- the server's, as a person confirmed it; null = not yet
    out_folder text,                        -- null = takes no files of ours
    out_names text not null,                -- how they are called there: {name}, {number}, {date}
    in_folder text,                         -- null = nothing is fetched
    in_names text not null,                 -- which are fetched: patterns such as *.835
    done_folder text,                       -- where fetched ones are moved there; null = they are left
    is_active boolean not null,
    trouble text,                           -- a code; null = the last look was well
    trouble_since timestamp,
    tries integer not null,                 -- since the trouble began
    next_try_at timestamp,                  -- null with a trouble = a person has to do something first
    known_at timestamp not null
);
-- One row per file of ours: whatever ends in between, it goes out once.
create table files_sent (
    file_sent_id text primary key,          -- 'claims:<claim_file_id>', 'covers:<eligibility_file_id>'
    connection_id text not null,
    remote_name text not null,
    size_bytes bigint not null,
    digest text not null,                   -- SHA-256 of its bytes
    state text not null check (state in ('writing', 'naming', 'sent')),     -- naming: whole there, under its passing name
    sent_at timestamp,
    known_at timestamp not null,
    check ((state = 'sent') = (sent_at is not null))
);
create table files_fetched (
    file_fetched_id text primary key,
    connection_id text not null,
    remote_name text not null,
    size_bytes bigint not null,
    digest text not null,
    modified_seconds bigint not null,       -- the server's own time of the file
    local_name text not null,               -- as it was put into the folder
    known_at timestamp not null,
    unique (connection_id, remote_name, size_bytes, digest)
);
