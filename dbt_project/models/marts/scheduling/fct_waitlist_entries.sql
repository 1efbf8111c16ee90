with entries as (select * from {{ ref('stg_practice__waitlist_entries') }}),

finished as (
    select
        source,
        {{ keys(['waitlist_entry_id', 'client_id', 'service_id']) }},
        {{ key('fallback_appointment_id') }} as fallback_appointment_key,
        waitlist_entry_id, client_id, service_id, status, urgency, notice_minutes,
        earliest_date, expires_date, created_at, closed_at, known_at
    from entries
)

select * from finished
