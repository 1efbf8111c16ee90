-- Kept = 1 − no-show rate of visits due − late cancellation rate, in every slice. Returns the slices where it is not.
select metric_date, source, location_id, provider_id, service_id, payer_id, referral_source_id
from {{ ref('metric_daily') }}
where metric in ('kept_rate', 'no_show_rate_due', 'late_cancel_rate')
group by all
having sum(numerator) <> max(denominator) or max(denominator) <> min(denominator)
