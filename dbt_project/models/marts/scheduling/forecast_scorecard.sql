with backtest as (select * from {{ ref('int_forecast__backtest') }} where is_simulated),

intervals as (select * from {{ ref('int_forecast__intervals') }}),

weeks as (select * from {{ ref('int_forecast__weeks') }}),

build as (select cast(date_trunc('week', today) as date) as current_week from {{ ref('int_build') }}),

-- How much a series changes from one week to the next, over all whole weeks so far that were worked in.
changes as (
    select level, series_id, booked_minutes, lag(booked_minutes) over series as before
    from weeks
    cross join build
    where week_start_date < current_week and working_days > 0
    window series as (partition by level, series_id order by week_start_date)
),

scales as (
    select level, series_id, {{ naive_scale('booked_minutes', 'before') }} as scale from changes group by all
),

judged as (
    select *, false as is_baseline, forecast_minutes as minutes from backtest
    union all
    select *, true, baseline_minutes from backtest
),

scored as (
    select
        judged.*, scale,
        actual_minutes - minutes as error,
        actual_minutes between {{ interval_low('minutes', 'low_error') }} and {{ interval_high('minutes', 'high_error') }} as is_inside
    from judged
    left join scales using (level, series_id)
    left join intervals using (level, method, horizon_band, is_baseline, origin_week)
),

scores as (
    select
        level, method, horizon_band, is_baseline,
        count(*) as n,
        min(origin_week) as first_origin_date,
        max(origin_week) as last_origin_date,
        avg(abs(error)) as mae_minutes,
        {{ mase('abs(error)', 'scale') }} as mase,
        avg(error) as bias_minutes,
        sum(abs(error)) / nullif(sum(actual_minutes), 0) as wape,
        avg(cast(is_inside as integer)) as coverage_80,
        count(is_inside) as coverage_n
    from scored
    group by all
),

{% set measures = ['mae_minutes', 'mase', 'bias_minutes', 'wape', 'coverage_80'] -%}
finished as (
    select
        'record' as source,
        level, method, horizon_band,
        true as is_simulated,
        forecasts.first_origin_date, forecasts.last_origin_date, forecasts.n,
        {%- for name in measures %}
        round(forecasts.{{ name }}, 4) as {{ name }},
        round(baselines.{{ name }}, 4) as baseline_{{ name }},
        {%- endfor %}
        forecasts.coverage_n,
        baselines.coverage_n as baseline_coverage_n,
        forecasts.mae_minutes < baselines.mae_minutes as is_better_than_baseline
    from scores as forecasts
    inner join scores as baselines using (level, method, horizon_band)
    where not forecasts.is_baseline and baselines.is_baseline
)

select
    source, level, method, horizon_band, is_simulated, first_origin_date, last_origin_date, n,
    mae_minutes, mase, bias_minutes, wape, coverage_80, coverage_n,
    {% for name in measures %}baseline_{{ name }}, {% endfor %}baseline_coverage_n,
    is_better_than_baseline
from finished
order by level, method, horizon_band
