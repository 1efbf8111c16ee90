with source as (
    select *, coalesce(attendee_id, appointment_id) as attendee from {{ source('imports', 'appointments') }}
),

current_rows as (
    {{ current_rows('source', 'source, attendee', 'known_at desc, _batch_id desc', 'false') }}
),

renamed as (
    select
        -- ids
        appointment_id,
        attendee as attendee_id,
        client_id,
        provider_id,
        location_id,
        service_id,
        payer_id,
        -- strings
        source,
        outcome,
        source_status,
        outcome_basis,
        cancelled_by,
        flags,
        -- numerics
        duration_minutes,
        notice_minutes,
        -- booleans
        is_late,
        -- dates
        booked_date,
        start_date,
        -- timestamps
        booked_at,
        starts_at,
        ends_at,
        arrived_at,
        seated_at,
        ended_at,
        cancelled_at,
        known_at
    from current_rows
)

select * from renamed
