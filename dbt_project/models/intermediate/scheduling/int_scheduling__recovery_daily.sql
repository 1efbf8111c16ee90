with freed as (select * from {{ ref('fct_freed_slots') }} where is_refillable and is_over),

offers as (select * from {{ ref('fct_offers') }}),

summed as (
    select
        source, location_id, provider_id, service_id, start_date as metric_date,
        count(*) as freed_slots,
        count(*) filter (is_refilled) as refilled_slots,
        sum(freed_minutes) as freed_minutes,
        sum(refilled_minutes) as refilled_minutes,
        sum(by_waitlist_minutes) as by_waitlist_minutes,
        0 as offers_sent,
        0 as offers_accepted
    from freed
    group by all
    union all by name
    select
        source, location_id, provider_id, service_id, start_date as metric_date,
        count(*) filter (is_sent) as offers_sent,
        count(*) filter (is_sent and is_accepted) as offers_accepted
    from offers
    group by all
)

select
    source, location_id, provider_id, service_id, metric_date,
    {%- for name in [
        'freed_slots', 'refilled_slots', 'freed_minutes', 'refilled_minutes', 'by_waitlist_minutes', 'offers_sent', 'offers_accepted',
    ] %}
    cast(coalesce(sum({{ name }}), 0) as bigint) as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from summed
group by all
order by metric_date
