with source as (
    select * from {{ source('practice', 'insurance_claim_lines') }}
),

current_rows as (
    {{ newest_rows('source', 'insurance_claim_line_id') }}
),

renamed as (
    select
        -- ids
        insurance_claim_line_id,
        insurance_claim_id,
        charge_id,
        -- strings
        'record' as source,
        -- numerics
        amount_minor,
        -- timestamps
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
