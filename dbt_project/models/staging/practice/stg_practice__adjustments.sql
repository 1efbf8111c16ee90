with source as (
    select * from {{ source('practice', 'adjustments') }}
),

current_rows as (
    {{ rows_for_good('source') }}
),

renamed as (
    select
        -- ids
        adjustment_id,
        charge_id,
        reverses_id,
        transaction_id,
        -- strings
        'record' as source,
        party,
        "class" as adjustment_class,
        denial_kind,
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
