{{ config(
    materialized='table_function',
    parameters=['as_of_date'],
    contract={'enforced': false},
    persist_docs={'relation': false, 'columns': false},
) }}
{#
    What an account came to owe, by the age of the service, less all that went against it, the oldest first. An account is
    a guarantor's family; of a payer each client's. What was posted and taken back is as if it had never been.
#}
with entries as (
    select
        source, party, payer_id, transaction_id, transaction_kind, reverses_id, debit_minor, credit_minor,
        coalesce(service_date, post_date) as service_date,
        coalesce(charge_id, claim_id) as item_id,
        case when party like 'client:%' then substr(party, 8) else client_id end as client_id
    from {{ here(ref('fct_ledger_entries')) }}
    where account in {{ receivable_accounts() }} and post_date <= as_of_date
),

undone as (select distinct source, reverses_id from entries where reverses_id is not null),

standing as (
    select entries.*
    from entries
    left join undone on entries.source = undone.source and entries.transaction_id = undone.reverses_id
    where entries.reverses_id is null and undone.reverses_id is null
),

accounts as (
    select
        source, party, client_id, min(payer_id) as payer_id,
        cast(sum(debit_minor - credit_minor) as bigint) as balance_minor
    from entries
    group by source, party, client_id
),

-- A share that moved on to another party was never this one's to pay.
owed as (
    select
        source, party, client_id, item_id, min(service_date) as service_date,
        cast(sum(case when transaction_kind = 'transfer' then debit_minor - credit_minor else debit_minor end) as bigint) as owed_minor
    from standing
    group by source, party, client_id, item_id
    having owed_minor > 0
),

in_order as (
    select
        owed.*, accounts.payer_id, accounts.balance_minor,
        sum(owed_minor) over account as owed_in_all_minor,
        sum(owed_minor) over (
            account order by owed.service_date, item_id rows between unbounded preceding and current row
        ) as owed_until_minor
    from owed
    inner join accounts
        on owed.source = accounts.source
        and owed.party is not distinct from accounts.party
        and owed.client_id is not distinct from accounts.client_id
    window account as (partition by owed.source, owed.party, owed.client_id)
),

-- Of what is owed in all the balance is left, and the oldest is paid first.
left_of_each as (
    select
        source, party, client_id, payer_id, service_date,
        least(owed_minor, greatest(owed_until_minor - (owed_in_all_minor - balance_minor), 0)) as open_minor
    from in_order
),

aged as (
    select
        source, party, client_id, payer_id,
        {{ aging_bucket('cast(as_of_date as date) - service_date') }} as bucket,
        open_minor, 0 as credit_minor
    from left_of_each
    where open_minor > 0
    union all by name
    select source, party, client_id, payer_id, 'credit' as bucket, 0 as open_minor, -balance_minor as credit_minor
    from accounts
    where balance_minor < 0
)

select
    source,
    {{ keys(['client_id', 'payer_id']) }},
    client_id, payer_id, party, bucket, '{{ var("currency") }}' as currency,
    cast(sum(open_minor) as bigint) as open_minor,
    cast(sum(credit_minor) as bigint) as credit_minor
from aged
group by all
