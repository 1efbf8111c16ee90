{#
    Forecasts of every level from the current week, and from up to 52 earlier ones as if it had been then: what an origin
    may use are whole weeks before it, and how many days its target is worked on. Past forecasts have an actual and an
    error; those of weeks without a working day are left out, since nobody can miss them.
#}
with weeks as (select * from {{ ref('int_forecast__weeks') }}),

build as (select cast(date_trunc('week', today) as date) as current_week from {{ ref('int_build') }}),

with_past as (
    select
        *,
        sum(booked_minutes) over last_8 / nullif(sum(working_days) over last_8, 0) as recent_rate,
        sum(booked_minutes) over last_13 / nullif(sum(working_days) over last_13, 0) as baseline_rate
    from weeks
    window
        last_8 as (partition by level, series_id order by week_start_date rows between 8 preceding and 1 preceding),
        last_13 as (partition by level, series_id order by week_start_date rows between 13 preceding and 1 preceding)
),

-- The week before the current one is no origin: none of its targets is over.
origins as (
    select with_past.*, week_start_date < current_week as is_simulated, current_week
    from with_past
    inner join build
        on week_start_date = current_week
        or week_start_date between current_week - 7 * ({{ backtest_origins() }} + 1) and current_week - 14
),

horizons as (select cast(unnest(range(1, {{ horizon_weeks() }} + 1)) as integer) as horizon_weeks),

points as (
    select
        origins.level, origins.series_id, origins.week_start_date as origin_week, targets.week_start_date as target_week,
        horizon_weeks, is_simulated, origins.history_weeks,
        origins.history_weeks < {{ seasonal_history_weeks() }} as is_provisional,
        case
            when origins.history_weeks >= {{ seasonal_history_weeks() }}
                then last_year.booked_minutes / nullif(last_year.working_days, 0)
        end as seasonal_rate,
        recent_rate, baseline_rate,
        targets.working_days, targets.bookable_minutes, targets.booked_minutes
    from origins
    cross join horizons
    inner join weeks as targets
        on origins.level = targets.level
        and origins.series_id = targets.series_id
        and origins.week_start_date + 7 * horizon_weeks = targets.week_start_date
    left join weeks as last_year
        on targets.level = last_year.level
        and targets.series_id = last_year.series_id
        and targets.week_start_date - 364 = last_year.week_start_date
    where not is_simulated or (targets.week_start_date < current_week and targets.working_days > 0)
),

-- Where last year's week was closed, nothing can be learnt from it.
forecast as (
    select
        *,
        {{ horizon_band('horizon_weeks') }} as horizon_band,
        case when seasonal_rate is null then 'recent_mean' else 'seasonal_naive' end as method,
        cast(round(case
            when working_days = 0 then 0 else coalesce(seasonal_rate, recent_rate) * working_days
        end) as bigint) as forecast_minutes,
        cast(round(case when working_days = 0 then 0 else baseline_rate * working_days end) as bigint) as baseline_minutes,
        case when is_simulated then booked_minutes end as actual_minutes
    from points
)

select
    level, series_id, origin_week, target_week, horizon_weeks, horizon_band, method, is_provisional, is_simulated,
    history_weeks, working_days, bookable_minutes, booked_minutes, forecast_minutes, baseline_minutes, actual_minutes,
    {{ scaled_error('actual_minutes', 'forecast_minutes') }} as forecast_error,
    {{ scaled_error('actual_minutes', 'baseline_minutes') }} as baseline_error
from forecast
where forecast_minutes is not null
