with source as (
    select * from {{ source('practice', 'clients') }}
),

current_rows as (
    {{ current_rows('source', 'client_id') }}
),

renamed as (
    select
        -- ids
        client_id,
        guarantor_client_id,
        referral_source_id,
        location_id,
        provider_id,
        -- strings
        'record' as source,
        -- booleans
        is_active,
        -- dates
        created_date,
        -- timestamps
        created_at,
        _known_at
    from current_rows
)

select * from renamed
