-- Coding: the lists that a practice loads itself, what clients are diagnosed with, and what a charge says of it.

-- One loading of a list. From its first day on it is the list in force, until another begins; of two for one day the later
-- loading counts.
create table code_lists (
    code_list_id text primary key,
    kind text not null check (kind in ('icd10', 'cpt')),
    from_date date not null,
    file_name text,
    content_hash text not null,             -- the same file loaded twice is loaded once
    code_count integer not null check (code_count > 0),
    loaded_by text not null,                -- user_id
    known_at timestamp not null
);

create table listed_codes (
    listed_code_id text primary key,        -- code_list_id|code
    code_list_id text not null,
    code text not null,                     -- as the list writes it: no dot
    description text,                       -- null where the file has codes alone
    is_billable boolean not null            -- false = a category, with the billable codes below it
);

create table client_diagnoses (
    diagnosis_id text primary key,
    client_id text not null,
    code text not null,                     -- ICD-10-CM with its dot: F41.1
    description text not null,
    rank integer not null check (rank >= 1),-- the order on documents; 1 is the first
    from_date date not null,                -- the day it was made
    until_date date,                        -- the last day; null = still
    diagnosed_by text,                      -- provider_id
    recorded_by text not null,              -- user_id
    known_at timestamp not null,
    is_withdrawn boolean not null,          -- recorded by mistake; stays for the trail
    check (until_date is null or until_date >= from_date)
);
create index client_diagnoses_by_client on client_diagnoses (client_id);

alter table charges add column modifiers text;                              -- '95,GT': at most four, in this order
alter table charges add column place_of_service text;                       -- 11 office, 10 the client's home by video
alter table services add column modifiers text;                             -- what a charge of it carries, unless said otherwise

-- The diagnoses of a charge in their order (1 to 12), and which of them its line points to (1 to 4, the main reason first).
create table charge_diagnoses (
    charge_diagnosis_id text primary key,   -- charge_id|position
    charge_id text not null,
    position integer not null check (position between 1 and 12),
    code text not null,
    description text not null,              -- as it was known then
    pointer integer check (pointer between 1 and 4),
    known_at timestamp not null,
    unique (charge_id, position),
    unique (charge_id, code)
);
