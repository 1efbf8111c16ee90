with recorded as (select * from {{ ref('stg_practice__rooms') }}),

finished as (
    select
        source,
        {{ keys(['room_id', 'location_id']) }},
        room_id, location_id,
        room_name, capacity, is_active
    from recorded
)

select * from finished
