{#
    New postings change the balances of their charges; those are worked out anew, and so are those of postings dated ahead
    whose day has come.
#}
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ forget(this, is_moved('item_id')) }}",
) }}
with entries as (select * from {{ ref('int_billing__entries') }}),

build as (select * from {{ ref('int_build') }}),

receivable as (
    select *, coalesce(charge_id, claim_id) as item_id
    from entries
    where account in {{ receivable_accounts() }} and post_date <= (select today from build)
        {% if is_added_to() %}and {{ is_moved('charge_id') }}{% endif %}
),

-- An item's place is the charge's, and its share became the party's when it was first posted; neither moves later.
items as (
    select
        source, item_id, party,
        min(charge_id) as charge_id, min(claim_id) as claim_id, min(client_id) as client_id,
        min(location_id) as location_id, min(provider_id) as provider_id, min(payer_id) as payer_id,
        coalesce(min(service_date), min(post_date)) as service_date,
        min(post_date) as responsibility_date
    from receivable
    group by source, item_id, party
),

changes as (
    select source, item_id, party, post_date, sum(debit_minor - credit_minor) as change_minor
    from receivable
    group by source, item_id, party, post_date
),

balances as (
    select
        source, item_id, party,
        post_date as from_date,
        lead(post_date) over by_day as to_date,
        cast(sum(change_minor) over by_day as bigint) as balance_minor
    from changes
    window by_day as (partition by source, item_id, party order by post_date)
),

standing as (
    select balances.*, items.* exclude (source, item_id, party)
    from balances
    inner join items
        on balances.source = items.source
        and balances.item_id is not distinct from items.item_id
        and balances.party is not distinct from items.party
    where balances.balance_minor <> 0
)

select * from standing
