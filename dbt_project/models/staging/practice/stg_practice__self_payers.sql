with source as (
    select * from {{ source('practice', 'self_payers') }}
),

current_rows as (
    {{ newest_rows('source', 'client_id') }}
),

renamed as (
    select
        -- ids
        client_id,
        -- strings
        'record' as source,
        -- booleans
        is_self_pay,
        -- timestamps
        known_at,
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
