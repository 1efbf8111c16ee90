with source as (
    select * from {{ source('practice', 'series_exceptions') }}
),

current_rows as (
    {{ newest_rows('source', 'series_exception_id') }}
),

renamed as (
    select
        -- ids
        series_exception_id,
        series_id,
        appointment_id,
        -- strings
        'record' as source,
        kind,
        -- timestamps
        original_start,
        known_at,
        _known_at
    from current_rows
)

select * from renamed
