with source as (
    select * from {{ source('practice', 'fees') }}
),

current_rows as (
    {{ newest_rows('source', 'fee_id') }}
),

renamed as (
    select
        -- ids
        fee_id,
        service_id,
        payer_id,
        -- strings
        'record' as source,
        -- numerics
        fee_minor,
        -- dates
        effective_from,
        effective_to,
        -- timestamps
        _known_at
    from current_rows
)

select * from renamed
