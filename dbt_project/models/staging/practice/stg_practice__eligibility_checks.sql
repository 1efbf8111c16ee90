with source as (
    select * from {{ source('practice', 'eligibility_checks') }}
),

current_rows as (
    {{ newest_rows('source', 'eligibility_check_id') }}
),

renamed as (
    select
        -- ids
        eligibility_check_id,
        policy_id,
        client_id,
        payer_id,
        -- strings
        'record' as source,
        status,
        -- dates
        asked_date,
        -- timestamps
        answered_at,
        known_at,
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
