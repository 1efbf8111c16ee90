-- One outbox for everything that is said to clients. A message is queued in the command's transaction and sent once.
create table message_templates (
    message_template_id text primary key,
    kind text not null,                     -- confirmation, moved, cancelled, offer, offer_lost, recall, series_ending …
    channel text not null check (channel in ('email', 'text')),
    version integer not null,
    subject text,
    body text not null,
    created_at timestamp not null,
    is_active boolean not null
);
create table consents (
    consent_id text primary key,
    client_id text not null,
    channel text not null check (channel in ('email', 'text')),
    purpose text not null check (purpose in ('appointments', 'offers', 'recalls', 'news')),
    is_given boolean not null,
    source text not null check (source in ('desk', 'online', 'link', 'import', 'demo')),
    effective_at timestamp not null,
    known_at timestamp not null
);
create table messages (
    message_id text primary key,
    client_id text,
    channel text not null check (channel in ('email', 'text')),
    kind text not null,
    message_template_id text,
    appointment_id text,
    offer_id text,
    recall_id text,
    thread_id text,                         -- the first visit of a chain of moves: all that is said about it is one thread
    known_appointment_id text,              -- the visit that the client knew of before this; null = none
    carried_by text,                        -- the message that said this too: what is due together is one mail
    link_hash text,                         -- SHA-256 of the secret in its link to stop such messages
    address text,                           -- where it went: never leaves the record
    subject text,
    body text,
    dedupe_key text not null unique,        -- the same thing is said once; a withdrawn message gives its key back
    audit_seq bigint not null,              -- the command that queued it: the order in which things were said
    queued_at timestamp not null,
    not_before_at timestamp not null,       -- the minutes of grace: an undone move sends nothing
    status text not null check (status in ('queued', 'sending', 'sent', 'failed', 'withdrawn', 'suppressed')),
    status_reason text,                     -- a code, in words in practice/messages/kinds.py
    attempts integer not null,
    sent_at timestamp,
    known_at timestamp not null
);
create index messages_by_client on messages (client_id);
