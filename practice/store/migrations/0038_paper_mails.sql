-- Papers that were sent to whom they are for: each by a link of its own, whose secret is kept as a hash.
create table paper_mails (
    paper_mail_id text primary key,
    invoice_id text,                        -- what was sent: an invoice, or
    document_id text,                       -- another paper
    party text not null,
    client_id text not null,                -- to whom it went: of a household the guarantor
    message_id text not null,
    token_hash text not null unique,
    wrong_tries integer not null,           -- dates of birth that were not right, since the last right one
    created_by text not null,
    created_at timestamp not null,
    expires_at timestamp not null,
    withdrawn_at timestamp,
    opened_at timestamp,                    -- when somebody looked at its page first
    known_at timestamp not null,
    check ((invoice_id is null) <> (document_id is null))
);
create index paper_mails_by_invoice on paper_mails (invoice_id);
create index paper_mails_by_document on paper_mails (document_id);
alter table document_schedules add column mails_since timestamp;    -- what it makes is sent by itself since; null = not
alter table document_runs add column mailed_at timestamp;           -- its papers were sent to whomever they could be
