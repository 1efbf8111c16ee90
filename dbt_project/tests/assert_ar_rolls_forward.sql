-- Law 6 as movement, on every day: what is owed is the charges with their tax, less those voided,
-- adjustments and applied money, up to it.
-- Who owes, and money that waits or is paid back, moves none of it. Returns the days that differ.
with build as (select * from {{ ref('int_build') }}),

moved as (
    select post_date, amount_minor from {{ ref('fct_charges') }}
    union all
    select void_post_date, -amount_minor from {{ ref('fct_charges') }} where is_void
    union all
    select post_date, credit_minor - debit_minor
    from {{ ref('int_billing__entries') }}
    where account = '2200' and source = 'record'
    union all
    select post_date, -amount_minor from {{ ref('fct_allocations') }}
    union all
    select metric_date, -contractual_minor - write_off_minor
    from {{ ref('int_billing__money_daily') }} where source = 'record'
),

movements as (
    select
        'record' as source, post_date as from_date, cast(null as date) as to_date,
        cast(sum(amount_minor) as bigint) as balance_minor
    from moved
    group by post_date
),

rolled as (
    {{ daily_totals('movements', ['source'], ['balance_minor'], '(select today from build)') }}
),

owed as (
    select metric_date, sum(open_minor - credit_minor) as balance_minor
    from {{ ref('int_billing__receivables_daily') }}
    where source = 'record'
    group by metric_date
)

select
    coalesce(rolled.metric_date, owed.metric_date) as metric_date,
    rolled.balance_minor as rolled_minor, owed.balance_minor as owed_minor
from rolled
full join owed on rolled.metric_date = owed.metric_date
where coalesce(rolled.balance_minor, 0) <> coalesce(owed.balance_minor, 0)
