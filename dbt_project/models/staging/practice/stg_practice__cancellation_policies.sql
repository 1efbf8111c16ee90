with source as (
    select * from {{ source('practice', 'cancellation_policies') }}
),

current_rows as (
    {{ newest_rows('source', 'cancellation_policy_id') }}
),

renamed as (
    select
        -- ids
        cancellation_policy_id,
        service_id,
        -- strings
        'record' as source,
        -- numerics
        notice_minutes,
        fee_minor,
        -- dates
        effective_from,
        effective_to,
        -- timestamps
        _known_at
    from current_rows
)

select * from renamed
