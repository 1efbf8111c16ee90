with source as (
    select * from {{ source('practice', 'card_charges') }}
),

current_rows as (
    {{ newest_rows('source', 'card_charge_id') }}
),

renamed as (
    select
        -- ids
        card_charge_id,
        client_id,
        location_id,
        payment_id,
        -- strings
        'record' as source,
        way,
        state,
        refusal,
        -- numerics
        amount_minor,
        -- timestamps
        requested_at,
        known_at,
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
