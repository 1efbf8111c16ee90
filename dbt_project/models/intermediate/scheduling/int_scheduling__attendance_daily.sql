with visits as (select * from {{ ref('fct_appointments') }}),

counted as (
    select
        source, location_id, provider_id, service_id, payer_id,
        start_date as metric_date,
        count(*) as booked,
        {%- for class in visit_classes() %}
        count(*) filter (counted_as = '{{ class }}') as {{ class }}{{ ',' if not loop.last }}
        {%- endfor %}
    from visits
    where counted_as is not null
    group by all
)

select * from counted
