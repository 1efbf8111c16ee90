with source as (
    select * from {{ source('practice', 'provider_services') }}
),

current_rows as (
    {{ newest_rows('source', 'provider_service_id') }}
),

renamed as (
    select
        -- ids
        provider_service_id,
        provider_id,
        service_id,
        -- strings
        'record' as source,
        -- booleans
        is_active,
        -- timestamps
        _known_at
    from current_rows
)

select * from renamed
