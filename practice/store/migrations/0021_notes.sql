-- What was noted of a visit. A draft is changed at will; a signed note is reopened by its signer until it is locked; after
-- that something is only added. Texts never leave the record, nor do they stand in the audit trail: their digest does.
create table notes (
    note_id text primary key,               -- attendee_id|position
    attendee_id text not null,
    position integer not null check (position >= 1),    -- 1 is the note, the others are addenda
    text text not null,
    text_hash text not null,
    status text not null check (status in ('draft', 'signed')),
    written_by text not null,               -- user_id
    signed_by text,
    signed_at timestamp,
    locked_at timestamp,                    -- said so; else it locks by itself some days after it was signed
    known_at timestamp not null,
    unique (attendee_id, position),
    check ((status = 'signed') = (signed_at is not null)),
    check ((signed_at is null) = (signed_by is null)),
    check (locked_at is null or signed_at is not null),
    check (position = 1 or status = 'signed')
);
