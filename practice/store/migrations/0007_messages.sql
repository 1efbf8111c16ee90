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
    address text,                           -- where it went: never leaves the record
    subject text,
    body text,
    dedupe_key text not null unique,        -- the same thing is said once
    queued_at timestamp not null,
    not_before_at timestamp not null,       -- the minutes of grace: an undone move sends nothing
    status text not null check (status in ('queued', 'sending', 'sent', 'failed', 'withdrawn', 'suppressed')),
    status_reason text,
    attempts integer not null,
    sent_at timestamp,
    known_at timestamp not null
);
