-- Law 6, on every day and for every payer: the buckets, credits taken off, are the balance of the receivable accounts.
with build as (select * from {{ ref('int_build') }}),

posted as (
    select
        source, payer_id, post_date as from_date, cast(null as date) as to_date,
        debit_minor - credit_minor as balance_minor
    from {{ ref('fct_ledger_entries') }}
    where account in {{ receivable_accounts() }}
),

ledger as (
    {{ daily_totals('posted', ['source', 'payer_id'], ['balance_minor'], '(select today from build)') }}
),

buckets as (
    select source, payer_id, as_of_date as metric_date, aging_clock, sum(open_minor - credit_minor) as balance_minor
    from {{ ref('ar_daily') }}
    group by source, payer_id, as_of_date, aging_clock
),

compared as (
    select clock.aging_clock, ledger.source, ledger.payer_id, ledger.metric_date, ledger.balance_minor, 0 as bucket_minor
    from ledger
    cross join (values ('service_date'), ('responsibility_date')) as clock (aging_clock)
    union all
    select aging_clock, source, payer_id, metric_date, 0, balance_minor from buckets
)

select aging_clock, source, payer_id, metric_date, sum(balance_minor) as ledger_minor, sum(bucket_minor) as ar_minor
from compared
group by aging_clock, source, payer_id, metric_date
having sum(balance_minor) <> sum(bucket_minor)
