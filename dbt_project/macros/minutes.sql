{# A time of day as minutes since midnight; the end of the day is 1440. #}
{% macro minute_of(wall_time) -%}
    cast(epoch({{ wall_time }}) // 60 as integer)
{%- endmacro %}

{#
    Whether hours are open, of a stretch with the layers of `int_scheduling__hours`. The more specific word counts: the week,
    then the location's exceptions, then the provider's own (then time off, which is by day). At the same level closed
    beats open.
#}
{% macro is_open() -%}
    (own_closed = 0 and (own_open > 0 or (place_closed = 0 and (weekly > 0 or place_open > 0))))
{%- endmacro %}

{# How many days ahead an open place is looked for. #}
{% macro access_days() -%} 56 {%- endmacro %}

{# For how many weeks back it is told how far away the next open places were. #}
{% macro access_weeks() -%} 52 {%- endmacro %}

{# Minutes rounded up to the grid of five on which visits lie. #}
{% macro up_to_grid(minutes) -%}
    (cast(ceil({{ minutes }} / 5.0) as integer) * 5)
{%- endmacro %}

{# The condition that a visit holds its provider's time: whoever was expected and did not say off in time to be let go. #}
{% macro holds_time(outcome='outcome') -%}
    {{ outcome }} in ('completed', 'no_show', 'left_unseen', 'unresolved', 'scheduled')
{%- endmacro %}

{# How many weeks from today on the hours are laid out. #}
{% macro weeks_ahead() -%} 26 {%- endmacro %}
