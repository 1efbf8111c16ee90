with claims as (select * from {{ ref('fct_claims') }}),

by_day as (
    select
        source, location_id, provider_id, payer_id,
        sent_date as metric_date,
        count(*) as first_claims,
        count(*) filter (is_accepted and not is_rejected) as accepted_at_first,
        count(*) filter (is_accepted or is_rejected) as acknowledged,
        count(*) filter (is_denied_at_first) as denied_at_first,
        count(*) filter (is_settled_at_first) as settled_at_first
    from claims
    where is_first
    group by all
)

select * from by_day order by metric_date
