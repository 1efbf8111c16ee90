-- The charges of a month are the same in the curve as in the rates. Returns the months that differ.
with curves as (
    select
        cohort_month,
        sum(charged_minor) filter (age_months = 0) as charged_minor,
        sum(net_charged_minor) filter (age_months = 0) as net_charged_minor
    from {{ ref('collection_curve') }}
    group by cohort_month
),

cohorts as (
    select
        date_trunc('month', metric_date) as cohort_month,
        sum(charged_minor) as charged_minor,
        sum(charged_minor - contractual_minor - expected_contractual_minor) as net_charged_minor
    from {{ ref('int_billing__cohorts_daily') }}
    group by 1
)

select curves.*
from curves
left join cohorts on curves.cohort_month = cohorts.cohort_month
where curves.charged_minor is distinct from cohorts.charged_minor
    or curves.net_charged_minor is distinct from cohorts.net_charged_minor
