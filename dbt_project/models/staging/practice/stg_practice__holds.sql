with source as (
    select * from {{ source('practice', 'holds') }}
),

current_rows as (
    {{ newest_rows('source', 'hold_id') }}
),

renamed as (
    select
        -- ids
        hold_id,
        location_id,
        provider_id,
        service_id,
        room_id,
        -- strings
        'record' as source,
        zone,
        purpose,
        outcome,
        -- dates
        start_date,
        -- timestamps
        wall_start,
        wall_end,
        starts_at,
        ends_at,
        held_at,
        expires_at,
        settled_at,
        _known_at
    from current_rows
)

select * from renamed
