with source as (
    select * from {{ source('practice', 'held_moves') }}
),

current_rows as (
    {{ rows_for_good('source') }}
),

renamed as (
    select
        -- ids
        held_move_id,
        held_id,
        charge_id,
        reverses_id,
        -- strings
        'record' as source,
        kind,
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
