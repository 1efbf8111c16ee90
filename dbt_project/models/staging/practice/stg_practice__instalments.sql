with source as (
    select * from {{ source('practice', 'instalments') }}
),

current_rows as (
    {{ newest_rows('source', 'instalment_id') }}
),

renamed as (
    select
        -- ids
        instalment_id,
        payment_plan_id,
        -- strings
        'record' as source,
        -- numerics
        number,
        amount_minor,
        -- dates
        due_date,
        -- timestamps
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
