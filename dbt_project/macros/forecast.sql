{# How many weeks ahead are forecast, and from how many past weeks forecasts are tried out. #}
{% macro horizon_weeks() -%} 12 {%- endmacro %}
{% macro backtest_origins() -%} 52 {%- endmacro %}

{# Whole weeks of history from which on last year's week is believed. #}
{% macro seasonal_history_weeks() -%} 60 {%- endmacro %}

{# The bands that horizons are judged in: nearer weeks are easier. #}
{% macro horizon_band(horizon) -%}
    case when {{ horizon }} <= 4 then '1-4' when {{ horizon }} <= 8 then '5-8' else '9-12' end
{%- endmacro %}

{#
    Bounds that `share` of further errors is expected to lie below, or above: the finite-sample rule of conformal
    intervals on a sorted list. Null where too few errors are known to vouch for a bound.
#}
{% macro conformal_low(errors, share) -%}
    {{ errors }}[nullif(cast(floor((len({{ errors }}) + 1) * {{ share }}) as bigint), 0)]
{%- endmacro %}

{% macro conformal_high(errors, share) -%}
    {{ errors }}[cast(ceil((len({{ errors }}) + 1) * (1 - {{ share }})) as bigint)]
{%- endmacro %}

{# How much a series changes by itself: the mean absolute difference to `lag` periods before; null if it never changes. #}
{% macro naive_scale(value, before) -%}
    nullif(avg(abs({{ value }} - {{ before }})), 0)
{%- endmacro %}

{# Mean absolute scaled error: below 1 is better than naive forecasts were inside the history. Averaged over series. #}
{% macro mase(absolute_error, scale) -%}
    avg({{ absolute_error }} / {{ scale }})
{%- endmacro %}

{# Errors of large and small series on one scale: counts vary with the square root of their size. #}
{% macro scaled_error(actual, forecast) -%}
    ({{ actual }} - {{ forecast }}) / sqrt(greatest({{ forecast }}, 1))
{%- endmacro %}

{# The bounds that scaled errors draw around a forecast: never below 0, the forecast between them, null where unknown. #}
{% macro interval_low(forecast, error) -%}
    case when {{ error }} is not null then greatest(
        0, least({{ forecast }}, cast(floor({{ forecast }} + {{ error }} * sqrt(greatest({{ forecast }}, 1))) as bigint))
    ) end
{%- endmacro %}

{% macro interval_high(forecast, error) -%}
    case when {{ error }} is not null then greatest(
        {{ forecast }}, cast(ceil({{ forecast }} + {{ error }} * sqrt(greatest({{ forecast }}, 1))) as bigint)
    ) end
{%- endmacro %}
