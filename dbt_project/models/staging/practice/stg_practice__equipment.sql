with source as (
    select * from {{ source('practice', 'equipment') }}
),

current_rows as (
    {{ newest_rows('source', 'equipment_id') }}
),

renamed as (
    select
        -- ids
        equipment_id,
        location_id,
        -- strings
        'record' as source,
        name,
        -- numerics
        capacity,
        -- booleans
        is_active,
        -- timestamps
        _known_at
    from current_rows
)

select * from renamed
