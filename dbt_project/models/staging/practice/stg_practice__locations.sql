with source as (
    select * from {{ source('practice', 'locations') }}
),

current_rows as (
    {{ newest_rows('source', 'location_id') }}
),

renamed as (
    select
        -- ids
        location_id,
        -- strings
        'record' as source,
        name as location_name,
        zone,
        -- booleans
        is_active,
        -- timestamps
        _known_at
    from current_rows
)

select * from renamed
