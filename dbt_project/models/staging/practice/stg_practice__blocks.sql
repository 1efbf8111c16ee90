with source as (
    select * from {{ source('practice', 'blocks') }}
),

current_rows as (
    {{ newest_rows('source', 'block_id') }}
),

renamed as (
    select
        -- ids
        block_id,
        resource_id,
        location_id,
        -- strings
        'record' as source,
        resource_kind,
        kind,
        zone,
        -- booleans
        is_withdrawn,
        -- dates
        start_date,
        -- timestamps
        wall_start,
        wall_end,
        starts_at,
        ends_at,
        known_at,
        _known_at
    from current_rows
)

select * from renamed
