with recorded_days as (select * from {{ ref('int_scheduling__provider_days') }}),

imported_slots as (select * from {{ ref('stg_imports__slots') }}),

recorded as (
    select
        'record' as source, provider_id, location_id, available_date,
        scheduled_minutes,
        case when scheduled_minutes > 0 then open_minutes end as bookable_minutes,
        blocked_minutes, booked_minutes, booked_minutes_doubled, booked_minutes_outside,
        kept_minutes, kept_minutes_outside, buffer_minutes
    from recorded_days
),

-- An export lists slots, not hours; which of its visits lie where in the day is not said.
imported as (
    select
        source, provider_id, location_id, start_date as available_date,
        sum(duration_minutes) as scheduled_minutes,
        sum(duration_minutes) as bookable_minutes,
        sum(duration_minutes) filter (is_taken) as booked_minutes,
        sum(duration_minutes) filter (is_taken) as booked_minutes_doubled,
        count(*) as slots,
        count(*) filter (is_taken) as slots_taken
    from imported_slots
    group by all
),

availability as (
    select *, round(bookable_minutes / {{ var('slot_minutes') }}) as slots from recorded
    union all by name
    select * from imported
),

finished as (
    select
        source,
        {{ keys(['provider_id', 'location_id']) }},
        provider_id, location_id, available_date,
        coalesce(bookable_minutes, 0) > 0 as is_open,
        cast(scheduled_minutes as bigint) as scheduled_minutes,
        cast(scheduled_minutes - bookable_minutes - coalesce(blocked_minutes, 0) as bigint) as closed_minutes,
        {%- for name in [
            'blocked_minutes', 'bookable_minutes', 'booked_minutes', 'booked_minutes_doubled', 'booked_minutes_outside',
            'kept_minutes', 'kept_minutes_outside', 'buffer_minutes', 'slots', 'slots_taken',
        ] %}
        cast({{ name }} as bigint) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from availability
    order by available_date
)

select * from finished
