with source as (
    select * from {{ source('practice', 'payments') }}
),

current_rows as (
    {{ newest_rows('source', 'payment_id') }}
),

renamed as (
    select
        -- ids
        payment_id,
        client_id,
        payer_id,
        location_id,
        transaction_id,
        void_transaction_id,
        -- strings
        'record' as source,
        party,
        method,
        status,
        -- numerics
        amount_minor,
        -- dates
        received_date,
        -- timestamps
        known_at,
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
