with source as (
    select * from {{ source('practice', 'ledger_transactions') }}
),

current_rows as (
    {{ current_rows('source', 'transaction_id') }}
),

renamed as (
    select
        -- ids
        transaction_id,
        document_id,
        actor_id,
        reverses_id,
        -- strings
        'record' as source,
        kind,
        -- dates
        post_date,
        -- timestamps
        known_at,
        _known_at
    from current_rows
)

select * from renamed
