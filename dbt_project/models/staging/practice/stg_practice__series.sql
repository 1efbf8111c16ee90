with source as (
    select * from {{ source('practice', 'series') }}
),

current_rows as (
    {{ newest_rows('source', 'series_id') }}
),

renamed as (
    select
        -- ids
        series_id,
        split_from_id,
        renewed_from_id,
        location_id,
        provider_id,
        service_id,
        room_id,
        -- strings
        'record' as source,
        rule,
        zone,
        mode,
        status,
        -- numerics
        duration_minutes,
        occurrence_count,
        -- dates
        first_date,
        last_date,
        -- timestamps
        wall_start,
        created_at,
        known_at,
        _known_at
    from current_rows
)

select * from renamed
