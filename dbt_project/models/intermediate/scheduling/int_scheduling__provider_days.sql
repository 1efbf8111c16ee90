{{ config(materialized='ephemeral') }}
{#
    One sweep over each provider's day at a location: every stretch begins and ends once, a running total says what is
    open and what is held from there on, and the minutes until the next beginning or end are added up. Unions, overlaps
    and what lies outside the hours fall out of the same pass; nothing is spread out into minutes.

    The running total is one number, seven bits per layer (at most 100 visits lie over each other): nine totals would
    take three times as long.
#}
{% set layers = ['weekly', 'place_open', 'place_closed', 'own_open', 'own_closed', 'blocked', 'visits', 'kept', 'buffers'] %}
with hours as (select * from {{ ref('int_scheduling__hours') }}),

care as (select * from {{ ref('int_scheduling__care') }}),

time_off as (select * from {{ ref('stg_practice__time_off') }} where not is_withdrawn),

days_off as (
    select distinct provider_id, cast(unnest(generate_series(start_date, end_date, interval 1 day)) as date) as available_date
    from time_off
),

stretches as (
    select * from hours
    union all by name
    select * from care
),

-- Numbers sort much faster than texts.
places as (
    select *, row_number() over () as place from (select distinct provider_id, location_id from stretches)
),

weighed as (
    select
        place, available_date, from_minute, to_minute,
        case layer
            {%- for layer in layers %}
            when '{{ layer }}' then {{ 128 ** loop.index0 }}
            {%- endfor %}
        end as weight
    from stretches
    inner join places using (provider_id, location_id)
),

events as (
    select place, available_date, unnest([from_minute, to_minute]) as from_minute, unnest([weight, -weight]) as weight
    from weighed
),

states as (
    select
        place, available_date,
        lead(from_minute) over day - from_minute as minutes,
        cast(sum(weight) over (day rows between unbounded preceding and current row) as bigint) as state
    from events
    window day as (partition by place, available_date order by from_minute)
),

layered as (
    select
        place, available_date, minutes,
        {%- for layer in layers %}
        (state >> {{ 7 * loop.index0 }}) & 127 as {{ layer }}{{ ',' if not loop.last }}
        {%- endfor %}
    from states
    where minutes > 0
),

judged as (
    select
        layered.*, provider_id, location_id,
        weekly > 0 or place_open > 0 or own_open > 0 as is_scheduled,
        days_off.provider_id is null and {{ is_open() }} as is_open,
        is_open and blocked = 0 as is_bookable
    from layered
    inner join places using (place)
    left join days_off using (provider_id, available_date)
),

totals as (
    select
        provider_id, location_id, available_date,
        sum(minutes) filter (is_scheduled) as scheduled_minutes,
        coalesce(sum(minutes) filter (is_bookable), 0) as open_minutes,
        coalesce(sum(minutes) filter (is_open and blocked > 0), 0) as blocked_minutes,
        coalesce(sum(minutes) filter (is_bookable and visits > 0), 0) as booked_minutes,
        coalesce(sum(minutes * visits) filter (is_bookable), 0) as booked_minutes_doubled,
        coalesce(sum(minutes) filter (not is_bookable and visits > 0), 0) as booked_minutes_outside,
        coalesce(sum(minutes) filter (is_bookable and kept > 0), 0) as kept_minutes,
        coalesce(sum(minutes) filter (not is_bookable and kept > 0), 0) as kept_minutes_outside,
        coalesce(sum(minutes) filter (is_bookable and buffers > 0 and visits = 0), 0) as buffer_minutes
    from judged
    group by all
),

-- A closure of hours that nobody had, or a buffer alone, makes no day.
finished as (
    select * from totals where scheduled_minutes > 0 or booked_minutes + booked_minutes_outside > 0
)

select * from finished
