with source as (
    select * from {{ source('practice', 'denials') }}
),

current_rows as (
    {{ newest_rows('source', 'remittance_claim_id') }}
),

renamed as (
    select
        -- ids
        remittance_claim_id,
        -- strings
        'record' as source,
        outcome,
        -- timestamps
        decided_at,
        known_at,
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
