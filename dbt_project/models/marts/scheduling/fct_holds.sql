with holds as (select * from {{ ref('stg_practice__holds') }}),

finished as (
    select
        source,
        {{ keys(['hold_id', 'provider_id', 'location_id', 'service_id']) }},
        hold_id, provider_id, location_id, service_id, purpose, outcome, start_date, starts_at, ends_at,
        held_at, expires_at, settled_at,
        case when outcome = 'converted' then {{ key('hold_id') }} end as appointment_key
    from holds
)

select * from finished
