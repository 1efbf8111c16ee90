with points as (select * from {{ ref('int_forecast__backtest') }} where not is_simulated),

intervals as (select * from {{ ref('int_forecast__intervals') }}),

errors as (select * exclude (is_baseline) from intervals where not is_baseline),

baseline_errors as (
    select
        level, method, horizon_band, origin_week,
        low_error as baseline_low_error, high_error as baseline_high_error
    from intervals
    where is_baseline
),

-- Whose hours are over is not forecast any more.
working as (
    select * from points qualify max(working_days) over (partition by level, series_id) > 0
),

bounded as (
    select
        working.*,
        'record' as source,
        case when level = 'provider' then series_id end as provider_id,
        case when level = 'location' then series_id end as location_id,
        coalesce(errors_known, 0) as errors_used,
        -- A closed week has no demand, and no doubt about it.
        {%- for prefix in ['', 'baseline_'] %}
        {%- set minutes = 'baseline_minutes' if prefix else 'forecast_minutes' %}
        case when working_days = 0 then 0 else {{ interval_low(minutes, prefix ~ 'low_error') }} end
            as {{ prefix }}low_80_minutes,
        case when working_days = 0 then 0 else {{ interval_high(minutes, prefix ~ 'high_error') }} end
            as {{ prefix }}high_80_minutes{{ ',' if not loop.last }}
        {%- endfor %}
    from working
    left join errors using (level, method, horizon_band, origin_week)
    left join baseline_errors using (level, method, horizon_band, origin_week)
)

select
    source, level,
    {{ keys(['provider_id', 'location_id']) }},
    provider_id, location_id,
    target_week as week_start_date, horizon_weeks, method, is_provisional,
    forecast_minutes, low_80_minutes, high_80_minutes,
    baseline_minutes, baseline_low_80_minutes, baseline_high_80_minutes,
    working_days, bookable_minutes,
    booked_minutes as already_booked_minutes,
    forecast_minutes - bookable_minutes as gap_minutes,
    history_weeks, errors_used as errors_known,
    origin_week as origin_date, origin_week - 1 as trained_through
from bounded
order by level, series_id, week_start_date
