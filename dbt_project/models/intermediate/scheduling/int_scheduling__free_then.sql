{{ config(materialized='ephemeral') }}
{#
    What was free of each provider's coming weeks before opening on each Monday of the last year: bookable stretches less
    the visits (with their buffers) and the held places that stood then. Hours, closures and time off are those known now.
    `is_after_opening` and `is_before_closing` say that a stretch begins or ends with the hours, where a buffer may reach out.
#}
with build as (select * from {{ ref('int_build') }}),

bookable as (select * from {{ ref('int_scheduling__bookable') }}),

appointments as (select * from {{ ref('stg_practice__appointments') }}),

attendees as (select * from {{ ref('stg_practice__attendees') }}),

events as (select * from {{ ref('stg_practice__appointment_events') }}),

services as (select * from {{ ref('stg_practice__services') }}),

holds as (select * from {{ ref('stg_practice__holds') }}),

mondays as (
    select cast(unnest(generate_series(
        date_trunc('week', today) - to_days({{ access_weeks() }} * 7 - 7), date_trunc('week', today), interval 7 day
    )) as date) as snapshot_date
    from build
),

released as (
    select appointment_id, max(event_date) as released_date
    from events
    where kind in ('cancelled', 'moved', 'entered_in_error')
    group by appointment_id
),

booked as (select appointment_id, min(booked_date) as booked_date from attendees group by appointment_id),

claimed as (
    select
        provider_id, location_id, service_id, start_date, wall_start,
        wall_start + to_minutes(duration_minutes) as wall_end,
        booked_date as from_date,
        case when status in ('cancelled', 'rescheduled', 'entered_in_error')
            then coalesce(released_date, start_date)
        end as until_date
    from appointments
    inner join booked using (appointment_id)
    left join released using (appointment_id)
    union all by name
    select
        provider_id, location_id, service_id, start_date, wall_start, wall_end,
        cast(held_at as date) as from_date,
        cast(coalesce(settled_at, expires_at) as date) as until_date
    from holds
    where outcome is distinct from 'converted'
),

held_then as (
    select
        snapshot_date, provider_id, location_id, start_date as available_date,
        date_diff('minute', cast(start_date as timestamp), wall_start)
            - {{ up_to_grid('coalesce(buffer_before_minutes, 0)') }} as from_minute,
        date_diff('minute', cast(start_date as timestamp), wall_end)
            + {{ up_to_grid('coalesce(buffer_after_minutes, 0)') }} as to_minute
    from claimed
    inner join mondays
        on start_date >= snapshot_date
        and start_date < snapshot_date + {{ access_days() }}
        and from_date < snapshot_date
        and coalesce(until_date >= snapshot_date, true)
    left join services using (service_id)
),

open_then as (
    select snapshot_date, provider_id, location_id, available_date, from_minute, to_minute
    from bookable
    inner join mondays
        on available_date >= snapshot_date and available_date < snapshot_date + {{ access_days() }}
),

-- An opening weighs a thousand, so that one running total says both what is open and what is held.
edges as (
    select
        snapshot_date, provider_id, location_id, available_date,
        unnest([from_minute, to_minute]) as from_minute,
        unnest([weight, -weight]) as weight
    from (
        select *, 1000 as weight from open_then
        union all by name
        select *, 1 as weight from held_then
    )
),

states as (
    select
        snapshot_date, provider_id, location_id, available_date, from_minute,
        lead(from_minute) over day as to_minute,
        sum(weight) over (day rows between unbounded preceding and current row) as state
    from (
        select snapshot_date, provider_id, location_id, available_date, from_minute, sum(weight) as weight
        from edges
        group by all
    )
    window day as (partition by snapshot_date, provider_id, location_id, available_date order by from_minute)
),

free as (
    select
        *,
        coalesce(lag(state) over day, 0) < 1000 as is_after_opening,
        lead(state) over day < 1000 as is_before_closing
    from states
    window day as (partition by snapshot_date, provider_id, location_id, available_date order by from_minute)
)

select
    snapshot_date, provider_id, location_id, available_date, is_after_opening, is_before_closing,
    from_minute, to_minute - from_minute as free_minutes
from free
where state = 1000
