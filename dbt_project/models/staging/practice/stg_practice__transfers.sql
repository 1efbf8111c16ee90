with source as (
    select * from {{ source('practice', 'transfers') }}
),

current_rows as (
    {{ rows_for_good('source') }}
),

renamed as (
    select
        -- ids
        transfer_id,
        charge_id,
        transaction_id,
        -- strings
        'record' as source,
        from_party,
        to_party,
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
