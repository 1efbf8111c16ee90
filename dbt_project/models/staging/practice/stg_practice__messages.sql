with source as (
    select * from {{ source('practice', 'messages') }}
),

current_rows as (
    {{ newest_rows('source', 'message_id') }}
),

renamed as (
    select
        -- ids
        message_id,
        client_id,
        message_template_id,
        appointment_id,
        offer_id,
        recall_id,
        -- strings
        'record' as source,
        channel,
        kind,
        status,
        -- numerics
        attempts,
        -- timestamps
        queued_at,
        not_before_at,
        sent_at,
        known_at,
        _known_at
    from current_rows
)

select * from renamed
