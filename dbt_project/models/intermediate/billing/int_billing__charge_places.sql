-- Where the money of each charge is today. Charges that are void by now stand at nothing and are left out.
with entries as (select * from {{ ref('int_billing__entries') }}),

charges as (select * from {{ ref('fct_charges') }}),

build as (select * from {{ ref('int_build') }}),

placed as (
    select
        charge_id,
        {{ net_credit(income_accounts()) }} as charged_minor,
        {{ net_credit("('2200')") }} as tax_minor,
        {{ net_debit(cash_accounts(), 'true') }} + {{ net_debit(waiting_accounts(), 'true') }} as collected_minor,
        {{ net_debit("('1040', '2130')") }} as collected_from_payer_minor,
        {{ net_debit("('4100')") }} as contractual_minor,
        {{ net_debit(write_off_accounts()) }} as written_off_minor,
        {{ net_debit("('1110')") }} as open_client_minor,
        {{ net_debit("('1100')") }} as open_payer_minor,
        max(post_date) filter (account = '4100') as contractual_date,
        -- Of what is open now the latest part counts: a share that a remittance leaves to the client is a new one.
        max(post_date) filter (account = '1110' and debit_minor > 0) as client_owes_since
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
