{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail') }}
-- depends_on: {{ ref('int_build') }}
with events as (select * from {{ ref('stg_practice__appointment_events') }}),

finished as (
    select
        source,
        {{ keys(['event_id', 'appointment_id', 'attendee_id']) }},
        event_id, appointment_id, attendee_id, actor_id, kind, event_date, happened_at, known_at, _seq as feed_seq
    from events
    where {{ is_new('_seq') }}
)

select * from finished
