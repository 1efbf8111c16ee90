{{ config(materialized='view') }}
select
    source, location_id, provider_id, available_date as metric_date,
    coalesce(bookable_minutes, 0) as bookable_minutes,
    coalesce(slots, 0) as slots,
    blocked_minutes, booked_minutes, booked_minutes_doubled, booked_minutes_outside, kept_minutes, kept_minutes_outside, buffer_minutes, slots_taken
from {{ here(ref('fct_availability')) }}
