with source as (
    select * from {{ source('practice', 'claim_events') }}
),

current_rows as (
    {{ newest_rows('source', 'claim_event_id') }}
),

renamed as (
    select
        -- ids
        claim_event_id,
        insurance_claim_id,
        -- strings
        'record' as source,
        kind,
        -- timestamps
        known_at,
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
