with source as (
    select * from {{ source('practice', 'recalls') }}
),

current_rows as (
    {{ newest_rows('source', 'recall_id') }}
),

renamed as (
    select
        -- ids
        recall_id,
        recall_type_id,
        client_id,
        trigger_appointment_id,
        appointment_id,
        -- strings
        'record' as source,
        status,
        -- numerics
        contacts,
        -- dates
        due_date,
        -- timestamps
        last_contacted_at,
        known_at,
        _known_at
    from current_rows
)

select * from renamed
