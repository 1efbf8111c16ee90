with source as (
    select * from {{ source('practice', 'policies') }}
),

current_rows as (
    {{ newest_rows('source', 'policy_id') }}
),

renamed as (
    select
        -- ids
        policy_id,
        client_id,
        payer_id,
        -- strings
        'record' as source,
        -- numerics
        rank,
        copay_minor,
        -- dates
        effective_from,
        effective_to,
        -- timestamps
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
