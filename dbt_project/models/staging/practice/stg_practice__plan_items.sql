with source as (
    select * from {{ source('practice', 'plan_items') }}
),

current_rows as (
    {{ newest_rows('source', 'plan_item_id') }}
),

renamed as (
    select
        -- ids
        plan_item_id,
        payment_plan_id,
        charge_id,
        party,
        -- strings
        'record' as source,
        -- numerics
        amount_minor,
        -- timestamps
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
