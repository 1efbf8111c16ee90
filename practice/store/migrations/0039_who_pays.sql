-- That a client pays without insurance is a fact of its own: without a policy it may as well be unknown who pays.
create table self_payers (
    client_id text primary key,
    is_self_pay boolean not null,
    known_at timestamp not null
);

-- From now on the feed says of a client whether there is a birth date and a contact. What stands is said once, as
-- known when the last command was done: it is true since then at the latest.
insert into changes
select
    nextval('change_seq'), 'clients', client_id, 'upsert',
    to_json({
        'client_id': client_id, 'guarantor_client_id': guarantor_client_id, 'referral_source_id': referral_source_id,
        'location_id': location_id, 'provider_id': provider_id, 'created_at': created_at, 'created_date': created_date,
        'is_active': is_active, 'has_birth_date': birth_date is not null,
        'has_contact': phone is not null or email is not null
    }),
    6, last_entry.happened_at, last_entry.seq
from clients cross join (select seq, happened_at from audit_entries order by seq desc limit 1) as last_entry;
