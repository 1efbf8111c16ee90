with events as (select * from {{ ref('stg_practice__appointment_events') }}),

finished as (
    select
        source,
        {{ keys(['event_id', 'appointment_id', 'attendee_id']) }},
        event_id, appointment_id, attendee_id, actor_id, kind, event_date, happened_at, known_at
    from events
)

select * from finished
