with source as (
    select * from {{ source('practice', 'remittance_claims') }}
),

current_rows as (
    {{ newest_rows('source', 'remittance_claim_id') }}
),

renamed as (
    select
        -- ids
        remittance_claim_id,
        remittance_id,
        reverses_id,
        -- strings
        'record' as source,
        control_number,
        claim_status,
        status,
        -- numerics
        charge_minor,
        paid_minor,
        denied_minor,
        -- timestamps
        known_at,
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
