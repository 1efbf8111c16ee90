with source as (
    select * from {{ source('practice', 'allocations') }}
),

current_rows as (
    {{ current_rows('source', 'allocation_id') }}
),

renamed as (
    select
        -- ids
        allocation_id,
        payment_id,
        charge_id,
        reverses_id,
        transaction_id,
        -- strings
        'record' as source,
        party,
        -- numerics
        amount_minor,
        -- dates
        post_date,
        -- timestamps
        known_at,
        _known_at
    from current_rows
)

select * from renamed
