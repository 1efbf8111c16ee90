with source as (
    select * from {{ source('practice', 'claim_checks') }}
),

current_rows as (
    {{ newest_rows('source', 'claim_check_id') }}
),

renamed as (
    select
        -- ids
        claim_check_id,
        payer_id,
        client_id,
        provider_id,
        location_id,
        -- strings
        'record' as source,
        failed,
        -- numerics
        rank,
        total_minor,
        -- booleans
        is_clean,
        -- dates
        service_date,
        entered_date,
        -- timestamps
        known_at,
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
