with source as (
    select * from {{ source('practice', 'availability_exceptions') }}
),

current_rows as (
    {{ newest_rows('source', 'availability_exception_id') }}
),

renamed as (
    select
        -- ids
        availability_exception_id,
        provider_id,
        location_id,
        -- strings
        'record' as source,
        start_time,
        end_time,
        -- booleans
        is_open,
        is_withdrawn,
        -- dates
        exception_date,
        -- timestamps
        _known_at
    from current_rows
)

select * from renamed
