{{ config(
    materialized='incremental', unique_key='attendee_key', on_schema_change='fail',
    post_hook="{{ forget_tombstones(this, 'attendees', 'attendee_id') }}",
) }}
with record_visits as (select * from {{ ref('int_scheduling__record_visits') }}),

registrations as (select * from {{ ref('int_scheduling__registrations') }}),

imported_visits as (select * from {{ ref('stg_imports__appointments') }}),

recorded as (
    select
        source, appointment_id, record_visits.attendee_id, client_id, provider_id, location_id, room_id, service_id,
        payer_id, series_id, referral_source_id, moved_from_id, moved_to_id, moved_to_attendee_id, billing_unit, is_identified,
        mode, channel, status as source_status, outcome, 'stated' as outcome_basis, cancelled_by, cancel_code, checked_in_by,
        duration_minutes, notice_minutes, is_late, is_cover_verified,
        registrations.attendee_id is not null as was_scheduled, registrations.is_pre_registered,
        booked_date, first_booked_date, start_date, cancelled_date,
        booked_at, first_booked_at, confirmed_at, arrived_at, roomed_at, seated_at, ended_at, outcome_at, cancelled_at, signed_at,
        original_start, wall_start, wall_end, starts_at, ends_at, known_at, feed_seq,
        series_starts_at, is_touched, cast(null as text) as flags
    from record_visits
    left join registrations on record_visits.attendee_id = registrations.attendee_id
),

imported as (
    select
        * exclude (ends_at),
        true as is_touched,
        'attendee' as billing_unit,
        true as is_identified,
        booked_date as first_booked_date,
        booked_at as first_booked_at,
        coalesce(ends_at, starts_at + to_minutes(duration_minutes)) as ends_at
    from imported_visits
    {% if is_added_to() %}where false  -- other imports mean that everything is built anew{% endif %}
),

visits as (
    select * from recorded
    union all by name
    select * from imported
),

-- A couple or family visit is one unit, on the identified client; were there several, on the one who was booked first.
ranked as (
    select
        *,
        row_number() over (
            partition by source, appointment_id
            order by outcome = 'entered_in_error', not is_identified, first_booked_at, attendee_id
        ) as place_in_appointment,
        coalesce(starts_at, cast(start_date as timestamp)) as began_at
    from visits
),

counted as (
    select
        *,
        case
            when outcome = 'entered_in_error' or (billing_unit = 'appointment' and place_in_appointment > 1) then null
            when outcome <> 'cancelled' then outcome
            when cancelled_by in ('provider', 'practice') then 'cancelled_by_practice'
            when cancelled_by = 'client' then 'cancelled_by_client'
            else 'cancelled_by_unknown'
        end as counted_as
    from ranked
),

-- Whose first completed visit it is, is known of clients who are named.
firsts as (
    select source, client_id, min((began_at, attendee_id)) as first_completed
    from counted
    where counted_as = 'completed' and client_id is not null
    group by source, client_id
),

finished as (
    select
        {{ keys([
            'appointment_id', 'attendee_id', 'client_id', 'provider_id', 'location_id', 'room_id', 'service_id', 'payer_id',
            'referral_source_id',
        ]) }},
        *,
        outcome = 'unresolved' as is_unresolved,
        confirmed_at is not null as is_confirmed,
        series_id is null or starts_at = series_starts_at as is_first_of_series,
        case when client_id is not null
            then coalesce(counted_as = 'completed' and (began_at, attendee_id) = first_completed, false)
        end as is_first_completed,
        case when client_id is not null
            then coalesce(began_at <= (first_completed)[1], true)
        end as is_new_client,
        start_date - first_booked_date as lead_time_days,
        case
            when arrived_at is not null and seated_at is not null
                then greatest(0, date_diff('minute', greatest(arrived_at, starts_at), seated_at))
        end as wait_minutes,
        case
            when signed_at is not null then greatest(0, date_diff('minute', coalesce(ended_at, ends_at), signed_at))
        end as signing_minutes
    from counted
    left join firsts using (source, client_id)
)

select
    source, appointment_key, attendee_key, client_key, provider_key, location_key, room_key, service_key, payer_key,
    referral_source_key,
    appointment_id, attendee_id, client_id, provider_id, location_id, room_id, service_id, payer_id, referral_source_id,
    series_id, moved_from_id, moved_to_id, moved_to_attendee_id,
    mode, channel, source_status, outcome, counted_as, outcome_basis, cancelled_by, cancel_code, checked_in_by,
    flags, billing_unit,
    duration_minutes, notice_minutes, lead_time_days, wait_minutes, signing_minutes,
    counted_as is not null as is_counted, is_unresolved, is_confirmed, is_late, is_cover_verified,
    was_scheduled, is_pre_registered, is_first_completed, is_new_client, is_first_of_series,
    start_date, booked_date, first_booked_date, cancelled_date,
    booked_at, first_booked_at, starts_at, ends_at, original_start, wall_start, wall_end,
    confirmed_at, arrived_at, roomed_at, seated_at, ended_at, outcome_at, cancelled_at, signed_at, known_at, feed_seq
from finished
where is_touched
