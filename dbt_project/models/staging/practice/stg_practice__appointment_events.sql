with source as (
    select * from {{ source('practice', 'appointment_events') }}
),

current_rows as (
    {{ rows_for_good('source') }}
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
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
