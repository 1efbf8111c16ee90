with source as (
    select * from {{ source('practice', 'appointments') }}
),

current_rows as (
    {{ newest_rows('source', 'appointment_id') }}
),

renamed as (
    select
        -- ids
        appointment_id,
        series_id,
        location_id,
        provider_id,
        room_id,
        service_id,
        moved_from_id,
        moved_to_id,
        -- strings
        'record' as source,
        zone,
        mode,
        status,
        channel,
        -- numerics
        duration_minutes,
        capacity,
        -- dates
        start_date,
        -- timestamps
        original_start,
        wall_start,
        wall_end,
        starts_at,
        ends_at,
        booked_at,
        known_at,
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
