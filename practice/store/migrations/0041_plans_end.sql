-- On which day a plan was ended: until then its later instalments were not due.
alter table payment_plans add column ended_date date;
update payment_plans set ended_date = (
    select cast(max(happened_at) as date) from audit_entries
    where command = 'end_plan' and contains(changes, payment_plans.payment_plan_id)
) where status = 'ended';

-- Plans are fed from now on. What stands is said once, as known when the last command was done.
insert into changes
select nextval('change_seq'), said.table_name, said.key, 'upsert', said."row", 8, last_entry.happened_at, last_entry.seq
from (
    select 'payment_plans' as table_name, payment_plan_id as key, to_json({
        'payment_plan_id': payment_plan_id, 'party': party, 'client_id': client_id, 'total_minor': total_minor,
        'agreed_date': agreed_date, 'status': status, 'ended_date': ended_date, 'known_at': known_at
    }) as "row" from payment_plans
    union all
    select 'plan_items', plan_item_id, to_json({
        'plan_item_id': plan_item_id, 'payment_plan_id': payment_plan_id, 'charge_id': charge_id, 'party': party,
        'amount_minor': amount_minor
    }) from plan_items
    union all
    select 'instalments', instalment_id, to_json({
        'instalment_id': instalment_id, 'payment_plan_id': payment_plan_id, 'number': number, 'due_date': due_date,
        'amount_minor': amount_minor
    }) from instalments
) as said
cross join (select seq, happened_at from audit_entries order by seq desc limit 1) as last_entry;
