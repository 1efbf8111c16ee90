with source as (
    select * from {{ source('practice', 'rooms') }}
),

current_rows as (
    {{ newest_rows('source', 'room_id') }}
),

renamed as (
    select
        -- ids
        room_id,
        location_id,
        -- strings
        'record' as source,
        name as room_name,
        -- numerics
        capacity,
        -- booleans
        is_active,
        -- timestamps
        _known_at
    from current_rows
)

select * from renamed
