-- The services of a day, as its cohort has them, are its charges that are not void. Returns the days that differ.
with compared as (
    select metric_date, charged_minor as cohort_minor, 0 as charge_minor from {{ ref('int_billing__cohorts_daily') }}
    union all
    select service_date, 0, amount_minor from {{ ref('fct_charges') }} where kind = 'service' and not is_void
)

select metric_date, sum(cohort_minor) as cohort_minor, sum(charge_minor) as charge_minor
from compared
group by metric_date
having sum(cohort_minor) <> sum(charge_minor)
