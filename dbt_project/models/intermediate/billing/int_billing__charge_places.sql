-- Where the money of each charge is today. Charges that are void by now stand at nothing and are left out.
with entries as (select * from {{ ref('int_billing__entries') }}),

charges as (select * from {{ ref('fct_charges') }}),

build as (select * from {{ ref('int_build') }}),

placed as (
    select
        charge_id,
        {{ money_of_a_charge() }}
    from entries
    where charge_id is not null and source = 'record' and post_date <= (select today from build)
    group by charge_id
)

select
    charges.charge_id, charges.attendee_id, charges.payer_id, charges.service_id, charges.code, charges.kind,
    charges.service_date, charges.amount_minor, charges.known_at,
    placed.* exclude (charge_id)
from charges
inner join placed on charges.charge_id = placed.charge_id
where not charges.is_void
