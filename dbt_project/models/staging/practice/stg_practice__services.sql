with source as (
    select * from {{ source('practice', 'services') }}
),

current_rows as (
    {{ newest_rows('source', 'service_id') }}
),

renamed as (
    select
        -- ids
        service_id,
        -- strings
        'record' as source,
        name as service_name,
        code as service_code,
        coalesce(billing_unit, 'attendee') as billing_unit,
        coalesce(modes, 'both') as modes,
        coalesce(online, 'hidden') as online,
        -- numerics
        duration_minutes,
        buffer_before_minutes,
        buffer_after_minutes,
        fee_minor,
        capacity,
        -- booleans
        needs_room,
        is_for_new_clients,
        is_active,
        -- timestamps
        _known_at
    from current_rows
)

select * from renamed
