{{ config(
    materialized='table_function',
    parameters=['as_of_date', "known_until := timestamp '9999-12-31 00:00:00'"],
    contract={'enforced': false},
    persist_docs={'relation': false, 'columns': false},
) }}
{#
    Balances are there already and are only picked by their day. With less knowledge than all, only items with a posting of
    those days that was not known yet are worked out from the postings that were.
#}
with late as (
    select distinct source, coalesce(charge_id, claim_id) as item_id, party
    from {{ here(ref('fct_ledger_entries')) }}
    where account in {{ receivable_accounts() }} and post_date <= as_of_date and known_at > known_until
),

standing as (
    select
        source, item_id, party, charge_id, claim_id, client_id, payer_id, location_id, provider_id, service_date,
        responsibility_date, from_date as activity_date, balance_minor
    from {{ here(ref('int_billing__item_balances')) }} as balances
    where from_date <= as_of_date and (to_date is null or to_date > as_of_date)
        and not exists (
            select * from late
            where balances.source = late.source
                and balances.item_id is not distinct from late.item_id
                and balances.party is not distinct from late.party
        )
),

worked_out as (
    select
        entries.source, late.item_id, late.party,
        min(charge_id) as charge_id, min(claim_id) as claim_id, min(client_id) as client_id, min(payer_id) as payer_id,
        min(location_id) as location_id, min(provider_id) as provider_id,
        coalesce(min(service_date), min(post_date)) as service_date,
        min(post_date) as responsibility_date, max(post_date) as activity_date,
        cast(sum(debit_minor - credit_minor) as bigint) as balance_minor
    from {{ here(ref('fct_ledger_entries')) }} as entries
    inner join late
        on entries.source = late.source
        and coalesce(entries.charge_id, entries.claim_id) is not distinct from late.item_id
        and entries.party is not distinct from late.party
    where account in {{ receivable_accounts() }} and post_date <= as_of_date and known_at <= known_until
    group by entries.source, late.item_id, late.party
),

items as (
    select * from standing
    union all by name
    select * from worked_out
),

put_off as (
    select source, charge_id, party, put_off_minor
    from {{ here(ref('int_billing__put_off_daily')) }}
    where metric_date = (select least(cast(as_of_date as date), today) from {{ here(ref('int_build')) }})
        and known_at <= known_until
),

billed as (
    select
        items.*, bills.billed_date, bills.due_date,
        least(coalesce(put_off.put_off_minor, 0), greatest(items.balance_minor, 0)) as put_off_minor
    from items
    left join put_off
        on items.source = put_off.source and items.charge_id = put_off.charge_id and items.party = put_off.party
    left join {{ here(ref('int_billing__bills')) }} as bills
        on items.source = bills.source and items.charge_id = bills.charge_id and items.party = bills.party
        and bills.billed_date <= as_of_date
    where items.balance_minor <> 0
),

aged as (
    select
        source,
        {{ keys(['charge_id', 'client_id', 'payer_id', 'location_id', 'provider_id']) }},
        charge_id, claim_id, client_id, party, payer_id, location_id, provider_id,
        service_date, responsibility_date, billed_date, due_date, activity_date,
        cast(as_of_date as date) - service_date as age_days,
        {{ aging_bucket('cast(as_of_date as date) - service_date') }} as bucket,
        {{ aging_bucket('cast(as_of_date as date) - responsibility_date') }} as responsibility_bucket,
        case when billed_date is null then 'not billed'
            else {{ aging_bucket('cast(as_of_date as date) - billed_date') }} end as bill_bucket,
        {{ aging_bucket('cast(as_of_date as date) - activity_date') }} as activity_bucket,
        case when coalesce(due_date, as_of_date) >= as_of_date then 'not due'
            else {{ aging_bucket('cast(as_of_date as date) - due_date') }} end as overdue_bucket,
        '{{ var("currency") }}' as currency,
        balance_minor,
        greatest(balance_minor, 0) as open_minor,
        greatest(-balance_minor, 0) as credit_minor,
        greatest(balance_minor, 0) - put_off_minor as due_minor,
        put_off_minor,
        case when source = 'record' and billed_date is null then greatest(balance_minor, 0) else 0 end as unbilled_minor
    from billed
)

select * from aged
