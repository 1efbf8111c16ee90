with source as (
    select * from {{ source('practice', 'ledger_transactions') }}
),

current_rows as (
    {{ rows_for_good('source') }}
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
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
