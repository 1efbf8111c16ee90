with source as (
    select * from {{ source('practice', 'refunds') }}
),

current_rows as (
    {{ rows_for_good('source') }}
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
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
