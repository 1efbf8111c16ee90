{% set window_days = 90 %}
{% set flows = ['charged_90_minor', 'contractual_90_minor'] %}
{% set stocks = ['allowance_minor', 'waiting_minor'] %}
with receivables as (select * from {{ ref('ar_daily') }}),

money as (select * from {{ ref('int_billing__money_daily') }}),

build as (select * from {{ ref('int_build') }}),

-- What was posted counts for as many days as the window is long, its own day included; a balance until it changes.
intervals as (
    select
        source, location_id, provider_id, payer_id,
        charged_minor as charged_90_minor,
        contractual_minor as contractual_90_minor,
        0 as allowance_minor, 0 as waiting_minor,
        metric_date as from_date, metric_date + {{ window_days }} as to_date
    from money
    union all
    select source, location_id, provider_id, payer_id, 0, 0, allowance_minor, waiting_minor, metric_date, null
    from money
),

money_totals as (
    {{ daily_totals(
        'intervals', ['source', 'location_id', 'provider_id', 'payer_id'], flows + stocks, '(select today from build)',
    ) }}
),

combined as (
    select
        source, location_id, provider_id, payer_id, as_of_date as metric_date, open_minor, credit_minor,
        {%- for column in flows + stocks %} 0 as {{ column }}{{ ',' if not loop.last }}{% endfor %}
    from receivables
    where aging_clock = 'service_date'
    union all by name
    select *, 0 as open_minor, 0 as credit_minor
    from money_totals
),

finished as (
    select
        source, location_id, provider_id, payer_id, metric_date,
        {%- for column in ['open_minor', 'credit_minor'] + flows + stocks %}
        cast(sum({{ column }}) as bigint) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from combined
    group by all
)

select * from finished
