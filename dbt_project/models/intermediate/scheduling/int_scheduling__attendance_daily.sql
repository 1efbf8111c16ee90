with visits as (select * from {{ ref('fct_appointments') }}),

counted as (
    select
        source, location_id, provider_id, service_id, payer_id, referral_source_id,
        start_date as metric_date,
        count(*) as booked,
        {%- for class in visit_classes() %}
        count(*) filter (counted_as = '{{ class }}') as {{ class }},
        {%- endfor %}
        count(*) filter (counted_as = 'completed' and is_first_completed) as first_completed,
        count(*) filter (counted_as = 'completed' and not is_first_completed) as returning_completed,
        count(*) filter (counted_as = 'completed' and wait_minutes is not null) as wait_known,
        count(*) filter (counted_as = 'completed' and payer_id is not null) as insured_completed,
        count(*) filter (counted_as = 'completed' and is_cover_verified) as cover_verified,
        count(*) filter (is_pre_registered is not null) as registration_known,
        count(*) filter (is_pre_registered) as pre_registered,
        count(*) filter (was_scheduled and is_pre_registered is null) as registration_unknown,
        {{ lag_counts('notes', lagging().note.where, lagging().note.numerator) }},
        count(*) filter ({{ has_lead_time() }}) as lead_count,
        cast(coalesce(sum(lead_time_days) filter ({{ has_lead_time() }}), 0) as bigint) as lead_days_sum
    from visits
    where counted_as is not null
    group by all
)

select * from counted order by metric_date
