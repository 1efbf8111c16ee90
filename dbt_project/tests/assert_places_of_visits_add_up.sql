-- Every attended visit ends in a place, and the places of a visit add up to what it should bring: its charge and what that
-- is short of the fee, or the fee where it is not charged. Returns the visits that do not.
with visits as (select * from {{ ref('int_billing__visits_to_pay') }}),

charged as (
    select unit_id, sum(amount_minor + short_minor) as expected_minor
    from {{ ref('int_billing__charged_visits') }}
    where not is_void
    group by unit_id
),

waived as (
    select attendee_id, sum(amount_minor) as waived_minor
    from {{ ref('fct_charges') }}
    where is_void and kind = 'missed_visit'
    group by attendee_id
),

placed as (
    select attendee_id, count(*) as places, sum(amount_minor) as placed_minor
    from {{ ref('revenue_leakage') }}
    group by attendee_id
)

select visits.attendee_id, visits.kind, charged.expected_minor, visits.fee_minor, placed.placed_minor
from visits
left join charged on visits.unit_id = charged.unit_id
left join waived on visits.attendee_id = waived.attendee_id
left join placed on visits.attendee_id = placed.attendee_id
where (visits.kind = 'attended' and placed.places is null)
    or (
        waived.attendee_id is null
        and coalesce(placed.placed_minor, 0) <> coalesce(charged.expected_minor, visits.fee_minor)
    )
