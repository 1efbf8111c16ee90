with placed as (select * from {{ ref('revenue_leakage') }}),

by_day as (
    select
        source, location_id, provider_id, service_id, payer_id, referral_source_id,
        service_date as metric_date,
        cast(sum(amount_minor) as bigint) as expected_minor,
        cast(coalesce(sum(amount_minor) filter (place = 'leak'), 0) as bigint) as leaked_minor,
        cast(coalesce(sum(amount_minor) filter (visit_kind = 'attended'), 0) as bigint) as expected_attended_minor,
        cast(
            coalesce(sum(amount_minor) filter (visit_kind = 'attended' and place = 'leak'), 0) as bigint
        ) as leaked_attended_minor
    from placed
    group by all
)

select * from by_day order by metric_date
