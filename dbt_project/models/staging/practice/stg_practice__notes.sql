with source as (
    select * from {{ source('practice', 'notes') }}
),

current_rows as (
    {{ newest_rows('source', 'note_id') }}
),

renamed as (
    select
        -- ids
        note_id,
        attendee_id,
        -- strings
        'record' as source,
        status,
        -- numerics
        position,
        -- timestamps
        signed_at,
        locked_at,
        known_at,
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
