with source as (
    select * from {{ source('practice', 'payment_plans') }}
),

current_rows as (
    {{ newest_rows('source', 'payment_plan_id') }}
),

renamed as (
    select
        -- ids
        payment_plan_id,
        party,
        client_id,
        -- strings
        'record' as source,
        status,
        -- numerics
        total_minor,
        -- dates
        agreed_date,
        ended_date,
        -- timestamps
        known_at,
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
