with build as (select * from {{ ref('int_build') }}),

appointments as (
    select * from {{ ref('stg_practice__appointments') }} where status in ('cancelled', 'rescheduled')
),

attendees as (select * from {{ ref('stg_practice__attendees') }}),

events as (select * from {{ ref('stg_practice__appointment_events') }}),

visits as (select * from {{ ref('fct_appointments') }} where source = 'record'),

-- A place is free once the last one in it has gone.
let_go as (
    select appointment_id, max(happened_at) as freed_at, max(event_date) as freed_date
    from events
    where kind in ('cancelled', 'moved')
    group by appointment_id
),

said as (
    select
        appointment_id,
        arg_max(cancelled_by, coalesce(cancelled_at, known_at)) as freed_by,
        arg_max(cancel_code, coalesce(cancelled_at, known_at)) as cancel_code
    from attendees
    where status in ('cancelled', 'rescheduled')
    group by appointment_id
),

-- A move that was taken back within minutes freed nothing: neither the place it left nor the one it went to.
undone as (select appointment_id from said where cancel_code = 'undone'),

freed as (
    select
        source, appointment_id, moved_to_id, provider_id, location_id, service_id, start_date, starts_at, ends_at,
        case status when 'cancelled' then 'cancelled' else 'moved' end as freed_how,
        freed_by, cancel_code, freed_at, freed_date,
        date_diff('minute', freed_at, starts_at) as notice_minutes
    from appointments
    inner join let_go using (appointment_id)
    left join said using (appointment_id)
    where freed_at < starts_at
        and appointment_id not in (select appointment_id from undone)
        and coalesce(moved_to_id not in (select appointment_id from undone), true)
),

standing as (
    select
        appointment_id, any_value(provider_id) as provider_id, any_value(location_id) as location_id,
        any_value(channel) as channel, min(booked_at) as booked_at,
        any_value(starts_at) as starts_at, any_value(ends_at) as ends_at
    from visits
    where {{ holds_time() }}
    group by appointment_id
),

shared as (
    select
        freed.appointment_id,
        standing.appointment_id is not distinct from freed.moved_to_id as is_own_successor,
        standing.channel,
        date_diff('minute', greatest(freed.starts_at, standing.starts_at), least(freed.ends_at, standing.ends_at)) as minutes
    from freed
    inner join standing
        on freed.provider_id = standing.provider_id
        and freed.location_id = standing.location_id
        and standing.starts_at < freed.ends_at
        and standing.ends_at > freed.starts_at
        and standing.booked_at >= freed.freed_at
),

-- What the moved visit itself still holds of its old place was never free.
summed as (
    select
        appointment_id,
        coalesce(sum(minutes) filter (is_own_successor), 0) as kept_minutes,
        coalesce(sum(minutes) filter (not is_own_successor), 0) as refilled_minutes,
        coalesce(sum(minutes) filter (not is_own_successor and channel = 'waitlist'), 0) as by_waitlist_minutes,
        coalesce(sum(minutes) filter (not is_own_successor and channel in ('online', 'api')), 0) as by_online_minutes
    from shared
    group by appointment_id
),

measured as (
    select
        freed.*,
        date_diff('minute', starts_at, ends_at) - coalesce(kept_minutes, 0) as freed_minutes,
        coalesce(refilled_minutes, 0) as wanted_minutes,
        coalesce(by_waitlist_minutes, 0) as waitlist_minutes,
        coalesce(by_online_minutes, 0) as online_minutes
    from freed
    left join summed using (appointment_id)
),

finished as (
    select
        measured.*,
        {{ keys(['appointment_id', 'provider_id', 'location_id', 'service_id']) }},
        case
            when notice_minutes < 120 then 'under 2 hours'
            when notice_minutes < 1440 then '2 to 24 hours'
            when notice_minutes < 2880 then '1 to 2 days'
            when notice_minutes < 10080 then '2 to 7 days'
            else '7 days or more'
        end as notice_bucket,
        least(freed_minutes, wanted_minutes) as refilled_minutes,
        least(freed_minutes, waitlist_minutes) as by_waitlist_minutes,
        least(freed_minutes, waitlist_minutes + online_minutes) - least(freed_minutes, waitlist_minutes) as by_online_minutes,
        not (
            coalesce(freed_by in ('provider', 'practice'), false)
            or coalesce(cancel_code in ('provider_away', 'provider_ill', 'practice_closed', 'handed_over'), false)
        ) as is_refillable,
        starts_at <= build.known_at as is_over
    from measured
    cross join build
    where freed_minutes > 0
)

select
    source, appointment_key, provider_key, location_key, service_key, appointment_id, provider_id, location_id, service_id,
    freed_how, freed_by, cancel_code, notice_bucket, start_date, freed_date, starts_at, ends_at, freed_at,
    is_refillable, is_over, refilled_minutes * 2 >= freed_minutes as is_refilled,
    cast(notice_minutes as bigint) as notice_minutes,
    cast(freed_minutes as bigint) as freed_minutes,
    cast(refilled_minutes as bigint) as refilled_minutes,
    cast(by_waitlist_minutes as bigint) as by_waitlist_minutes,
    cast(by_online_minutes as bigint) as by_online_minutes,
    cast(refilled_minutes - by_waitlist_minutes - by_online_minutes as bigint) as by_staff_minutes
from finished
