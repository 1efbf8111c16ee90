with source as (
    select * from {{ source('practice', 'offers') }}
),

current_rows as (
    {{ newest_rows('source', 'offer_id') }}
),

renamed as (
    select
        -- ids
        offer_id,
        offer_round_id,
        waitlist_entry_id,
        client_id,
        appointment_id,
        -- strings
        'record' as source,
        status,
        -- numerics
        rank,
        score,
        -- timestamps
        sent_at,
        expires_at,
        answered_at,
        known_at,
        _known_at
    from current_rows
)

select * from renamed
