-- Clients who asked what their visits will cost: the estimate is due three business days later.
create table estimate_requests (
    estimate_request_id text primary key,
    client_id text not null,
    asked_date date not null,
    taken_by text not null,                 -- user_id
    known_at timestamp not null
);
