{#
    Made of postings and allocations alone, which come together: it stands as it is where nothing was posted.
#}
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ forget(this, 'false' if is_money_as_before() else 'true') }}",
) }}
-- depends_on: {{ ref('int_build') }}, {{ ref('int_billing__entries') }}
with allocations as (select * from {{ ref('fct_allocations') }}),

applied as (
    select
        source, location_id, provider_id, service_id, payer_id,
        post_date as metric_date,
        cast(sum(amount_minor) as bigint) as applied_minor,
        cast(coalesce(sum(amount_minor) filter (charge_kind = 'service'), 0) as bigint) as applied_service_minor,
        cast(coalesce(sum(amount_minor) filter ({{ is_clients_money() }}), 0) as bigint) as applied_client_minor,
        cast(
            coalesce(sum(amount_minor) filter ({{ is_clients_money() }} and received_date <= service_date), 0) as bigint
        ) as applied_client_at_visit_minor
    from allocations
    group by all
),

not_zero as (
    select * from applied where applied_minor <> 0 or applied_service_minor <> 0 or applied_client_minor <> 0 or applied_client_at_visit_minor <> 0
)

select * from not_zero {% if is_money_as_before() %}where false{% endif %} order by metric_date
