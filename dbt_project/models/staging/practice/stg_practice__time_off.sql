with source as (
    select * from {{ source('practice', 'time_off') }}
),

current_rows as (
    {{ newest_rows('source', 'time_off_id') }}
),

renamed as (
    select
        -- ids
        time_off_id,
        provider_id,
        -- strings
        'record' as source,
        -- booleans
        is_withdrawn,
        -- dates
        start_date,
        end_date,
        -- timestamps
        _known_at
    from current_rows
)

select * from renamed
