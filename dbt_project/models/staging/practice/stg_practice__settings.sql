with source as (
    select * from {{ source('practice', 'settings') }}
),

current_rows as (
    {{ newest_rows('source', 'name') }}
),

renamed as (
    select
        -- strings
        'record' as source,
        name,
        value,
        -- timestamps
        _known_at
    from current_rows
)

select * from renamed
