with source as (
    select * from {{ source('practice', 'payer_contracts') }}
),

current_rows as (
    {{ newest_rows('source', 'payer_contract_id') }}
),

renamed as (
    select
        -- ids
        payer_contract_id,
        payer_id,
        service_id,
        -- strings
        'record' as source,
        -- numerics
        allowed_minor,
        -- dates
        effective_from,
        effective_to,
        -- timestamps
        _known_at
    from current_rows
)

select * from renamed
