with source as (
    select * from {{ source('practice', 'availability') }}
),

current_rows as (
    {{ newest_rows('source', 'availability_id') }}
),

renamed as (
    select
        -- ids
        availability_id,
        provider_id,
        location_id,
        -- strings
        'record' as source,
        start_time,
        end_time,
        -- numerics
        weekday,
        -- dates
        effective_from,
        effective_to,
        -- timestamps
        _known_at
    from current_rows
)

select * from renamed
