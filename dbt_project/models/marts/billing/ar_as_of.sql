{{ config(
    materialized='table_function',
    parameters=['as_of_date', "known_until := timestamp '9999-12-31 00:00:00'"],
    contract={'enforced': false},
    persist_docs={'relation': false, 'columns': false},
) }}
{% set all_known = "timestamp '9999-12-31 00:00:00'" %}
{#
    With all that is known, balances are there already and are only picked by their day. What was known earlier is worked
    out from the postings. Which of the two it is stands in the arguments, so the other one costs nothing.
#}
with standing as (
    select *
    from {{ here(ref('int_billing__item_balances')) }}
    where from_date <= as_of_date and (to_date is null or to_date > as_of_date) and known_until >= {{ all_known }}
),

receivable as (
    select *, coalesce(charge_id, claim_id) as item_id
    from {{ here(ref('fct_ledger_entries')) }}
    where account in {{ receivable_accounts() }} and post_date <= as_of_date and known_at <= known_until
        and known_until < {{ all_known }}
),

items as (
    select
        source, party, charge_id, claim_id, client_id, payer_id, location_id, provider_id, service_date,
        responsibility_date, balance_minor
    from standing
    union all
    select
        source, party, min(charge_id), min(claim_id), min(client_id), min(payer_id), min(location_id), min(provider_id),
        coalesce(min(service_date), min(post_date)), min(post_date),
        cast(sum(debit_minor - credit_minor) as bigint)
    from receivable
    group by source, item_id, party
),

aged as (
    select
        source,
        {{ keys(['charge_id', 'client_id', 'payer_id', 'location_id', 'provider_id']) }},
        charge_id, claim_id, client_id, party, payer_id, location_id, provider_id, service_date, responsibility_date,
        cast(as_of_date as date) - service_date as age_days,
        {{ aging_bucket('cast(as_of_date as date) - service_date') }} as bucket,
        {{ aging_bucket('cast(as_of_date as date) - responsibility_date') }} as responsibility_bucket,
        '{{ var("currency") }}' as currency,
        balance_minor,
        greatest(balance_minor, 0) as open_minor,
        greatest(-balance_minor, 0) as credit_minor
    from items
    where balance_minor <> 0
)

select * from aged
