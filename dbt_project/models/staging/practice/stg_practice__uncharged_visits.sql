with source as (
    select * from {{ source('practice', 'uncharged_visits') }}
),

current_rows as (
    {{ newest_rows('source', 'attendee_id') }}
),

renamed as (
    select
        -- ids
        attendee_id,
        -- strings
        'record' as source,
        kind,
        -- numerics
        amount_minor,
        -- booleans
        is_withdrawn,
        -- timestamps
        known_at,
        _known_at
    from current_rows
)

select * from renamed
