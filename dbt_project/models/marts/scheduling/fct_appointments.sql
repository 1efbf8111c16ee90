with record_visits as (select * from {{ ref('int_scheduling__record_visits') }}),

imported_visits as (select * from {{ ref('stg_imports__appointments') }}),

recorded as (
    select
        source, appointment_id, attendee_id, client_id, provider_id, location_id, room_id, service_id, payer_id, series_id,
        moved_from_id, moved_to_id, moved_to_attendee_id, billing_unit,
        mode, channel, status as source_status, outcome, 'stated' as outcome_basis, cancelled_by,
        duration_minutes, notice_minutes, is_late,
        booked_date, first_booked_date, start_date,
        booked_at, first_booked_at, confirmed_at, arrived_at, seated_at, ended_at, outcome_at, cancelled_at,
        wall_start, wall_end, starts_at, ends_at, known_at,
        cast(null as text) as flags
    from record_visits
),

imported as (
    select
        * exclude (ends_at),
        'attendee' as billing_unit,
        booked_date as first_booked_date,
        booked_at as first_booked_at,
        coalesce(ends_at, starts_at + to_minutes(duration_minutes)) as ends_at
    from imported_visits
),

visits as (
    select * from recorded
    union all by name
    select * from imported
),

-- A couple or family visit is one unit, on the client who was booked first.
ranked as (
    select
        *,
        row_number() over (
            partition by source, appointment_id
            order by outcome = 'entered_in_error', first_booked_at, attendee_id
        ) as place_in_appointment
    from visits
),

finished as (
    select
        {{ keys(['appointment_id', 'attendee_id', 'client_id', 'provider_id', 'location_id', 'room_id', 'service_id', 'payer_id']) }},
        *,
        case
            when outcome = 'entered_in_error' or (billing_unit = 'appointment' and place_in_appointment > 1) then null
            when outcome <> 'cancelled' then outcome
            when cancelled_by in ('provider', 'practice') then 'cancelled_by_practice'
            when cancelled_by = 'client' then 'cancelled_by_client'
            else 'cancelled_by_unknown'
        end as counted_as,
        outcome = 'unresolved' as is_unresolved,
        confirmed_at is not null as is_confirmed,
        start_date - first_booked_date as lead_time_days,
        case
            when arrived_at is not null and seated_at is not null
                then greatest(0, date_diff('minute', greatest(arrived_at, starts_at), seated_at))
        end as wait_minutes
    from ranked
)

select
    source, appointment_key, attendee_key, client_key, provider_key, location_key, room_key, service_key, payer_key,
    appointment_id, attendee_id, client_id, provider_id, location_id, room_id, service_id, payer_id, series_id,
    moved_from_id, moved_to_id, moved_to_attendee_id,
    mode, channel, source_status, outcome, counted_as, outcome_basis, cancelled_by, flags, billing_unit,
    duration_minutes, notice_minutes, lead_time_days, wait_minutes,
    counted_as is not null as is_counted, is_unresolved, is_confirmed, is_late,
    start_date, booked_date, first_booked_date,
    booked_at, first_booked_at, starts_at, ends_at, wall_start, wall_end,
    confirmed_at, arrived_at, seated_at, ended_at, outcome_at, cancelled_at, known_at
from finished
