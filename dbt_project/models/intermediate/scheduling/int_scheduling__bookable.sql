{{ config(materialized='ephemeral') }}
{#
    When each provider could be booked at each location, in minutes since local midnight: the hours of the last year and of
    the weeks in which open places are looked for. The same sweep and rule as in `int_scheduling__provider_days`, which
    adds minutes up and keeps no stretches.
#}
{% set layers = ['weekly', 'place_open', 'place_closed', 'own_open', 'own_closed', 'blocked'] %}
with build as (select * from {{ ref('int_build') }}),

hours as (
    select hours.*
    from {{ ref('int_scheduling__hours') }} as hours
    cross join build
    where available_date between build.today - {{ access_weeks() }} * 7 and build.today + {{ access_days() }}
),

time_off as (select * from {{ ref('stg_practice__time_off') }} where not is_withdrawn),

days_off as (
    select distinct provider_id, cast(unnest(generate_series(start_date, end_date, interval 1 day)) as date) as available_date
    from time_off
),

events as (
    select
        provider_id, location_id, available_date,
        unnest([from_minute, to_minute]) as from_minute,
        {%- for layer in layers %}
        unnest([cast(layer = '{{ layer }}' as integer), -cast(layer = '{{ layer }}' as integer)]) as {{ layer }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from hours
),

edges as (
    select
        provider_id, location_id, available_date, from_minute,
        {%- for layer in layers %}
        sum({{ layer }}) as {{ layer }}{{ ',' if not loop.last }}
        {%- endfor %}
    from events
    group by all
),

states as (
    select
        provider_id, location_id, available_date, from_minute,
        lead(from_minute) over day as to_minute,
        {%- for layer in layers %}
        sum({{ layer }}) over day as {{ layer }}{{ ',' if not loop.last }}
        {%- endfor %}
    from edges
    window day as (
        partition by provider_id, location_id, available_date order by from_minute
        rows between unbounded preceding and current row
    )
),

-- `lead` sees the whole day whatever the frame.
bookable as (
    select states.*
    from states
    left join days_off using (provider_id, available_date)
    where to_minute is not null and days_off.provider_id is null and blocked = 0 and {{ is_open() }}
),

-- Stretches that touch become one.
begun as (
    select
        *,
        from_minute is distinct from lag(to_minute) over (
            partition by provider_id, location_id, available_date order by from_minute
        ) as is_beginning
    from bookable
),

numbered as (
    select
        *,
        count(*) filter (is_beginning) over (
            partition by provider_id, location_id, available_date order by from_minute
        ) as stretch
    from begun
)

select
    provider_id, location_id, available_date,
    min(from_minute) as from_minute,
    max(to_minute) as to_minute
from numbered
group by provider_id, location_id, available_date, stretch
