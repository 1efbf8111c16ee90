with recorded as (select * from {{ ref('stg_practice__locations') }}),

imported_things as (select * from {{ ref('int_imports__things') }}),

imported as (
    select source, id as location_id, name as location_name from imported_things where kind = 'location'
),

all_locations as (
    select * from recorded
    union all by name
    select * from imported
),

finished as (
    select
        source,
        {{ keys(['location_id']) }},
        location_id,
        location_name, zone, is_active
    from all_locations
)

select * from finished
