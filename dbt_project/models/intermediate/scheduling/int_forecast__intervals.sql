{#
    How far off forecasts were that were over when another was made: from the current week, and from each simulated
    origin. Errors are pooled over the series of a level, which has too few weeks of its own.
#}
with backtest as (select * from {{ ref('int_forecast__backtest') }}),

origins as (select distinct origin_week from backtest),

judged as (
    select level, method, horizon_band, target_week, false as is_baseline, forecast_error as error from backtest
    union all
    select level, method, horizon_band, target_week, true, baseline_error from backtest
),

weekly_errors as (
    select level, method, horizon_band, is_baseline, target_week, list(error) as errors
    from judged
    where error is not null
    group by all
),

known as (
    select
        level, method, horizon_band, is_baseline, origin_week,
        list_sort(flatten(list(errors))) as errors
    from weekly_errors
    inner join origins on weekly_errors.target_week < origins.origin_week
    group by all
)

select
    level, method, horizon_band, is_baseline, origin_week,
    len(errors) as errors_known,
    {{ conformal_low('errors', '0.1') }} as low_error,
    {{ conformal_high('errors', '0.1') }} as high_error
from known
