with recorded as (select * from {{ ref('stg_practice__locations') }}),

imported_visits as (select * from {{ ref('stg_imports__appointments') }}),

-- Exports name these by id alone.
imported as (
    select distinct source, location_id from imported_visits where location_id is not null
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
