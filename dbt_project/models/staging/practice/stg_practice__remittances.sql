with source as (
    select * from {{ source('practice', 'remittances') }}
),

current_rows as (
    {{ newest_rows('source', 'remittance_id') }}
),

renamed as (
    select
        -- ids
        remittance_id,
        payer_id,
        payment_id,
        location_id,
        -- strings
        'record' as source,
        status,
        -- numerics
        amount_minor,
        -- dates
        payment_date,
        -- timestamps
        known_at,
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
