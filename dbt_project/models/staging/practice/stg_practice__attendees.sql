with source as (
    select * from {{ source('practice', 'attendees') }}
),

current_rows as (
    {{ newest_rows('source', 'attendee_id') }}
),

renamed as (
    select
        -- ids
        attendee_id,
        appointment_id,
        client_id,
        moved_to_attendee_id,
        -- strings
        'record' as source,
        billing_unit,
        status,
        cancelled_by,
        cancel_code,
        checked_in_by,
        -- numerics
        notice_minutes,
        -- booleans
        is_late,
        coalesce(is_identified, true) as is_identified,
        -- dates
        booked_date,
        first_booked_date,
        -- timestamps
        booked_at,
        first_booked_at,
        confirmed_at,
        arrived_at,
        roomed_at,
        seated_at,
        ended_at,
        outcome_at,
        cancelled_at,
        known_at,
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
