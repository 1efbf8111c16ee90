with source as (
    select * from {{ source('practice', 'insurance_claims') }}
),

current_rows as (
    {{ newest_rows('source', 'insurance_claim_id') }}
),

renamed as (
    select
        -- ids
        insurance_claim_id,
        original_id,
        payer_id,
        client_id,
        provider_id,
        location_id,
        -- strings
        'record' as source,
        control_number,
        frequency,
        status,
        -- numerics
        rank,
        total_minor,
        -- dates
        service_date,
        sent_date,
        -- timestamps
        known_at,
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
