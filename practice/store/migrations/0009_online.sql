-- What the public may reach: links to one's own visit, keys of the API, the kiosk, calendars in and out.
create table manage_links (
    manage_link_id text primary key,
    token_hash text not null unique,        -- SHA-256; the secret itself is only in the message
    attendee_id text not null,
    created_at timestamp not null,
    expires_at timestamp not null,
    revoked_at timestamp
);
create table api_keys (
    api_key_id text primary key,
    name text not null,
    key_hash text not null unique,
    scopes text not null,                   -- JSON list: slots:read, bookings:write, bookings:read
    location_ids text not null,             -- JSON list; empty = every location
    created_at timestamp not null,
    last_used_at timestamp,
    revoked_at timestamp
);
create table calendar_feeds (
    calendar_feed_id text primary key,
    scope text not null check (scope in ('provider', 'location')),
    scope_id text not null,
    token_hash text not null unique,
    detail text not null check (detail in ('busy', 'initials')),
    created_at timestamp not null,
    revoked_at timestamp
);
create table external_calendars (
    external_calendar_id text primary key,
    provider_id text not null,
    name text not null,
    zone text not null,                     -- what a floating time in it means
    last_imported_at timestamp,
    last_report text,                       -- JSON: read, loaded, merged, rejected, ignored, and the reasons with counts
    is_active boolean not null
);
create table kiosks (
    kiosk_id text primary key,
    location_id text not null,
    name text not null,
    token_hash text not null unique,
    seating text,                           -- where to sit, as the tablet says it
    created_at timestamp not null,
    revoked_at timestamp
);
-- New clients who gave their details online: somebody of the desk looks whether they are in the record already.
create table client_reviews (
    client_review_id text primary key,
    client_id text not null,
    resembles text not null,                -- JSON list of client ids, likely the same person; may be empty
    made_at timestamp not null,
    outcome text check (outcome in ('new', 'same')),   -- null = nobody has looked yet
    settled_at timestamp
);
