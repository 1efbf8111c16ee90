with source as (
    select * from {{ source('practice', 'charges') }}
),

current_rows as (
    {{ newest_rows('source', 'charge_id') }}
),

renamed as (
    select
        -- ids
        charge_id,
        attendee_id,
        appointment_id,
        client_id,
        guarantor_client_id,
        payer_id,
        provider_id,
        location_id,
        service_id,
        transaction_id,
        void_transaction_id,
        -- strings
        'record' as source,
        kind,
        code,
        status,
        -- numerics
        units,
        amount_minor,
        -- booleans
        is_fee_agreed,
        -- dates
        service_date,
        post_date,
        -- timestamps
        known_at,
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
