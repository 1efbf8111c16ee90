{#
    Made of postings and allocations alone, which come together: it stands as it is where nothing was posted and no day
    has passed.
#}
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ forget(this, 'false' if is_money_as_before() else 'true') }}",
) }}
-- depends_on: {{ ref('int_build') }}, {{ ref('int_billing__entries') }}
{% set last_age = 24 %}
with cohorts as (select * from {{ ref('int_billing__cohorts_daily') }}),

allocations as (select * from {{ ref('fct_allocations') }}),

charges as (select * from {{ ref('fct_charges') }}),

build as (select * from {{ ref('int_build') }}),

cells as (
    select
        row_number() over () as cell,
        source, location_id, provider_id, payer_id,
        date_trunc('month', metric_date) as cohort_month,
        sum(charged_minor) as charged_minor,
        sum(charged_minor - contractual_minor - expected_contractual_minor) as net_charged_minor
    from cohorts
    group by all
),

-- What was ever applied to a charge that is void by now belongs to no cohort. Money that came before its service month
-- is there at age 0.
applied as (
    select
        source, location_id, provider_id, payer_id,
        date_trunc('month', service_date) as cohort_month,
        greatest(date_diff('month', service_date, post_date), 0) as age_months,
        sum(amount_minor) as amount_minor
    from allocations
    where charge_kind = 'service' and charge_key not in (select charge_key from charges where is_void)
    group by all
),

increments as (
    select cells.cell, applied.age_months, applied.amount_minor
    from applied
    inner join cells
        on applied.source = cells.source
        and applied.cohort_month = cells.cohort_month
        and applied.location_id is not distinct from cells.location_id
        and applied.provider_id is not distinct from cells.provider_id
        and applied.payer_id is not distinct from cells.payer_id
),

-- An age has passed when the last of its days has.
ages as (
    select
        cells.cell,
        unnest(range(least({{ last_age }} + 1, date_diff('month', cells.cohort_month, build.today)))) as age_months
    from cells
    cross join build
),

cumulated as (
    select
        ages.cell, ages.age_months,
        sum(coalesce(increments.amount_minor, 0)) over (
            partition by ages.cell order by ages.age_months
        ) as applied_minor
    from ages
    left join increments on ages.cell = increments.cell and ages.age_months = increments.age_months
),

finished as (
    select
        source,
        {{ keys(['location_id', 'provider_id', 'payer_id']) }},
        location_id, provider_id, payer_id, '{{ var("currency") }}' as currency,
        cast(cohort_month as date) as cohort_month,
        cast(age_months as integer) as age_months,
        cast(charged_minor as bigint) as charged_minor,
        cast(net_charged_minor as bigint) as net_charged_minor,
        cast(applied_minor as bigint) as applied_minor
    from cumulated
    inner join cells on cumulated.cell = cells.cell
)

select * from finished
{% if is_money_as_before() %}where false{% endif %}
