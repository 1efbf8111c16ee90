with source as (
    select * from {{ source('practice', 'refunds') }}
),

current_rows as (
    {{ current_rows('source', 'refund_id') }}
),

renamed as (
    select
        -- ids
        refund_id,
        payment_id,
        transaction_id,
        -- strings
        'record' as source,
        method,
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
