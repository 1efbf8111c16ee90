{#
    The record's weeks (from Monday, local) of each provider, each location and the whole practice, without gaps from the
    first hours or visits to the last week that is forecast.
#}
with days as (select * from {{ ref('fct_availability') }} where source = 'record'),

build as (select *, cast(date_trunc('week', today) as date) as current_week from {{ ref('int_build') }}),

levelled as (
    select 'provider' as level, provider_id as series_id, * from days
    union all
    select 'location', location_id, * from days
    union all
    select 'practice', 'practice', * from days
),

weekly as (
    select
        level, series_id,
        cast(date_trunc('week', available_date) as date) as week_start_date,
        sum(booked_minutes + booked_minutes_outside) as booked_minutes,
        sum(bookable_minutes) as bookable_minutes,
        -- Provider days: a colleague's leave is seen in the practice's week too. Two places on a day are one.
        count(distinct (provider_id, available_date)) filter (is_open) as working_days
    from levelled
    group by all
),

spans as (
    select
        level, series_id,
        cast(unnest(generate_series(
            min(week_start_date), any_value(current_week) + 7 * {{ horizon_weeks() }}, interval 7 day
        )) as date) as week_start_date
    from weekly
    cross join build
    group by level, series_id
),

finished as (
    select
        level, series_id, week_start_date,
        cast(coalesce(booked_minutes, 0) as bigint) as booked_minutes,
        cast(coalesce(bookable_minutes, 0) as bigint) as bookable_minutes,
        coalesce(working_days, 0) as working_days,
        row_number() over (partition by level, series_id order by week_start_date) - 1 as history_weeks
    from spans
    left join weekly using (level, series_id, week_start_date)
)

select * from finished
