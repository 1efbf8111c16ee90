{{ config(
    materialized='table_function',
    parameters=['as_of_date', "known_until := timestamp '9999-12-31 00:00:00'"],
    contract={'enforced': false},
    persist_docs={'relation': false, 'columns': false},
) }}
with receivable as (
    select *, coalesce(charge_id, claim_id) as item_id
    from {{ here(ref('fct_ledger_entries')) }}
    where account in {{ receivable_accounts() }} and post_date <= as_of_date and known_at <= known_until
),

items as (
    select
        source, item_id, party,
        min(charge_id) as charge_id, min(claim_id) as claim_id, min(client_id) as client_id,
        min(payer_id) as payer_id, min(location_id) as location_id, min(provider_id) as provider_id,
        coalesce(min(service_date), min(post_date)) as service_date,
        min(post_date) as responsibility_date,
        cast(sum(debit_minor - credit_minor) as bigint) as balance_minor
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
