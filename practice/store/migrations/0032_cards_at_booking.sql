-- At booking a card on file can be asked for in place of money, and a deposit be paid by link.

create table new_deposit_rules (
    deposit_rule_id text primary key,       -- service or client|first or any
    service_id text,
    client_id text,                         -- a rule for this client, whatever the service
    is_for_first_visit boolean not null,
    kind text not null check (kind in ('none', 'card', 'amount', 'full')),
    amount_minor bigint check (amount_minor > 0),
    is_withdrawn boolean not null,          -- taken away: the next rule speaks
    set_by text not null,
    known_at timestamp not null,
    check ((kind = 'amount') = (amount_minor is not null)),
    check ((service_id is null) <> (client_id is null))
);
insert into new_deposit_rules select deposit_rule_id, service_id, client_id, is_for_first_visit, kind, amount_minor,
    is_withdrawn, set_by, known_at from deposit_rules;
drop table deposit_rules;
alter table new_deposit_rules rename to deposit_rules;

alter table pay_links add column attendee_id text;      -- the booking that it is for; null = what is owed
alter table pay_links add column deposit_minor bigint;  -- what was asked for it as a deposit
alter table card_charges add column attendee_id text;   -- the booking for which its money is held
