-- Law 6, on every day and for every payer: the buckets, credits taken off, are the balance of the receivable accounts.
{% set first_day = first_changed_day() %}
with build as (select * from {{ ref('int_build') }}),

posted as (
    select
        source, payer_id, post_date as from_date, cast(null as date) as to_date,
        cast(sum(debit_minor - credit_minor) as bigint) as balance_minor
    from {{ ref('int_billing__entries') }}
    where account in {{ receivable_accounts() }}
    group by source, payer_id, post_date
),

-- On top of the last good build: the days that may have changed since, each with all that was posted up to it.
ledger as (
    {{ daily_totals('posted', ['source', 'payer_id'], ['balance_minor'], '(select today from build)', first_day) }}
),

buckets as (
    select source, payer_id, as_of_date as metric_date, aging_clock, sum(open_minor - credit_minor) as balance_minor
    from {{ ref('ar_daily') }}
    {% if first_day %}where as_of_date >= date '{{ first_day }}'{% endif %}
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
