with source as (
    select * from {{ source('practice', 'waitlist_entries') }}
),

current_rows as (
    {{ newest_rows('source', 'waitlist_entry_id') }}
),

renamed as (
    select
        -- ids
        waitlist_entry_id,
        client_id,
        service_id,
        fallback_appointment_id,
        -- strings
        'record' as source,
        status,
        -- numerics
        notice_minutes,
        urgency,
        -- dates
        earliest_date,
        expires_date,
        -- timestamps
        created_at,
        closed_at,
        known_at,
        _known_at
    from current_rows
)

select * from renamed
