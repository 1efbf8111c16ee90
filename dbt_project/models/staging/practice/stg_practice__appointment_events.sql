with source as (
    select * from {{ source('practice', 'appointment_events') }}
),

current_rows as (
    {{ current_rows('source', 'event_id') }}
),

renamed as (
    select
        -- ids
        event_id,
        appointment_id,
        attendee_id,
        actor_id,
        -- strings
        'record' as source,
        kind,
        -- dates
        event_date,
        -- timestamps
        happened_at,
        known_at,
        _known_at
    from current_rows
)

select * from renamed
