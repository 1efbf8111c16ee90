{#
    Made of postings and allocations alone, which come together: it stands as it is where nothing was posted.
#}
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ forget(this, 'false' if is_money_as_before() else 'true') }}",
) }}
-- depends_on: {{ ref('int_build') }}, {{ ref('int_billing__entries') }}
with entries as (select * from {{ ref('fct_ledger_entries') }}),

allocations as (select * from {{ ref('fct_allocations') }}),

-- A void mirrors all that was posted for the charge, so that nothing of it is left in its cohort.
earned as (
    select
        source, location_id, provider_id, service_id, payer_id,
        service_date as metric_date,
        {{ net_credit("('4000')") }} as charged_minor,
        {{ net_debit("('4100')") }} as contractual_minor,
        {{ net_debit("('4105')") }} as expected_contractual_minor,
        0 as applied_minor
    from entries
    where charge_kind = 'service' and account in {{ net_service_accounts() }}
    group by all
),

applied as (
    select
        source, location_id, provider_id, service_id, payer_id, service_date as metric_date, 0, 0, 0,
        sum(amount_minor)
    from allocations
    where charge_kind = 'service'
    group by all
),

together as (
    select * from earned
    union all
    select * from applied
),

finished as (
    select
        source, location_id, provider_id, service_id, payer_id, metric_date,
        {%- for measure in ['charged_minor', 'contractual_minor', 'expected_contractual_minor', 'applied_minor'] %}
        cast(sum({{ measure }}) as bigint) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from together
    group by all
)

select * from finished
where (charged_minor <> 0 or contractual_minor <> 0 or expected_contractual_minor <> 0 or applied_minor <> 0)
    {% if is_money_as_before() %}and false{% endif %}
order by metric_date
