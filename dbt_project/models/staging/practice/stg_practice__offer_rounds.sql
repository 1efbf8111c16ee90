with source as (
    select * from {{ source('practice', 'offer_rounds') }}
),

current_rows as (
    {{ newest_rows('source', 'offer_round_id') }}
),

renamed as (
    select
        -- ids
        offer_round_id,
        freed_appointment_id,
        location_id,
        provider_id,
        service_id,
        room_id,
        filled_appointment_id,
        -- strings
        'record' as source,
        freed_by,
        zone,
        status,
        -- numerics
        batch_size,
        answer_minutes,
        -- dates
        start_date,
        -- timestamps
        freed_at,
        wall_start,
        wall_end,
        starts_at,
        ends_at,
        opened_at,
        closed_at,
        known_at,
        _known_at
    from current_rows
)

select * from renamed
