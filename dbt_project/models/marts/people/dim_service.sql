with recorded as (select * from {{ ref('stg_practice__services') }}),

imported_things as (select * from {{ ref('int_imports__things') }}),

imported as (
    select source, id as service_id, name as service_name from imported_things where kind = 'service'
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
