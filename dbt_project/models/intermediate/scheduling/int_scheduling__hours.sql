{{ config(materialized='ephemeral') }}
{#
    Every stretch that a provider's day at a location is made of, before it is known which of them wins. `layer` says what
    it is: weekly hours, an exception (place_… for everybody who works there, own_… for the provider alone), or a block.
#}
with weekly as (select * from {{ ref('stg_practice__availability') }}),

exceptions as (select * from {{ ref('stg_practice__availability_exceptions') }} where not is_withdrawn),

blocks as (select * from {{ ref('stg_practice__blocks') }} where not is_withdrawn and resource_kind = 'provider'),

providers as (select * from {{ ref('stg_practice__providers') }}),

locations as (select * from {{ ref('stg_practice__locations') }}),

build as (select * from {{ ref('int_build') }}),

-- The days on which the provider can be booked there. Who was struck off without a last day can be until today.
bounded as (
    select
        weekly.provider_id, weekly.location_id, weekday, start_time, end_time,
        greatest(effective_from, coalesce(started_date, effective_from)) as first_date,
        least(
            effective_to,
            ended_date,
            build.today + {{ weeks_ahead() }} * 7,
            case when not coalesce(providers.is_active and locations.is_active, true) then build.today end
        ) as last_date
    from weekly
    left join providers on weekly.provider_id = providers.provider_id
    left join locations on weekly.location_id = locations.location_id
    cross join build
),

weekly_days as (
    select
        provider_id, location_id, start_time, end_time, 'weekly' as layer,
        -- The first such weekday on or after the first day, and every seventh day from there.
        cast(unnest(generate_series(
            first_date + cast((weekday - isodow(first_date) + 7) % 7 as integer), last_date, interval 7 day
        )) as date) as available_date
    from bounded
    where first_date <= last_date
),

-- A whole location's exception concerns whoever has weekly hours there at the time, on whatever weekday.
place_days as (
    select distinct
        bounded.provider_id, bounded.location_id, exceptions.start_time, exceptions.end_time,
        case when is_open then 'place_open' else 'place_closed' end as layer,
        exception_date as available_date
    from exceptions
    inner join bounded
        on exceptions.location_id = bounded.location_id
        and exception_date between first_date and last_date
    where exceptions.provider_id is null
),

own_days as (
    select
        provider_id, location_id, start_time, end_time,
        case when is_open then 'own_open' else 'own_closed' end as layer,
        exception_date as available_date
    from exceptions
    left join providers using (provider_id)
    cross join build
    where provider_id is not null
        and exception_date <= least(ended_date, build.today + {{ weeks_ahead() }} * 7)
),

stretches as (
    select * from weekly_days
    union all by name
    select * from place_days
    union all by name
    select * from own_days
),

timed as (
    select
        provider_id, location_id, available_date, layer,
        coalesce({{ minute_of('start_time') }}, 0) as from_minute,
        coalesce({{ minute_of('end_time') }}, 1440) as to_minute
    from stretches
),

-- Cut at midnight; one that names no location holds wherever the provider has hours on that day.
blocked_days as (
    select
        resource_id as provider_id, location_id, wall_start, wall_end,
        cast(wall_start as date) + cast(unnest(range(
            date_diff('day', wall_start, wall_end - interval 1 microsecond) + 1
        )) as integer) as available_date
    from blocks
),

blocked as (
    select distinct
        places.provider_id, places.location_id, places.available_date, 'blocked' as layer,
        cast(greatest(0, date_diff('minute', cast(available_date as timestamp), wall_start)) as integer) as from_minute,
        cast(least(1440, date_diff('minute', cast(available_date as timestamp), wall_end)) as integer) as to_minute
    from (select distinct provider_id, location_id, available_date from timed) as places
    inner join blocked_days using (provider_id, available_date)
    where blocked_days.location_id is null or blocked_days.location_id = places.location_id
)

select * from timed
union all by name
select * from blocked
