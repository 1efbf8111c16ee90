with recorded as (select * from {{ ref('stg_practice__services') }}),

imported_visits as (select * from {{ ref('stg_imports__appointments') }}),

-- Exports name these by id alone.
imported as (
    select distinct source, service_id from imported_visits where service_id is not null
),

all_services as (
    select * from recorded
    union all by name
    select * from imported
),

finished as (
    select
        source,
        {{ keys(['service_id']) }},
        service_id,
        service_name, service_code, '{{ var("currency") }}' as currency, duration_minutes, buffer_before_minutes, buffer_after_minutes, fee_minor, capacity, needs_room, is_for_new_clients, is_active
    from all_services
)

select * from finished
