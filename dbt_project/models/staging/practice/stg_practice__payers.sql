with source as (
    select * from {{ source('practice', 'payers') }}
),

current_rows as (
    {{ newest_rows('source', 'payer_id') }}
),

renamed as (
    select
        -- ids
        payer_id,
        -- strings
        'record' as source,
        name as payer_name,
        kind as payer_kind,
        coalesce(missed_fee_rule, 'allowed') as missed_fee_rule,
        -- numerics
        filing_days,
        -- booleans
        is_active,
        -- timestamps
        _known_at
    from current_rows
)

select * from renamed
