with source as (
    select * from {{ source('practice', 'providers') }}
),

current_rows as (
    {{ newest_rows('source', 'provider_id') }}
),

renamed as (
    select
        -- ids
        provider_id,
        -- strings
        'record' as source,
        code as provider_code,
        discipline,
        -- booleans
        is_active,
        -- dates
        started_date,
        ended_date,
        -- timestamps
        _known_at
    from current_rows
)

select * from renamed
