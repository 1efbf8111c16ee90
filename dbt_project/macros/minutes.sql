{# A time of day as minutes since midnight; the end of the day is 1440. #}
{% macro minute_of(wall_time) -%}
    cast(epoch({{ wall_time }}) // 60 as integer)
{%- endmacro %}

{# The condition that a visit holds its provider's time: whoever was expected and did not say off in time to be let go. #}
{% macro holds_time(outcome='outcome') -%}
    {{ outcome }} in ('completed', 'no_show', 'left_unseen', 'unresolved', 'scheduled')
{%- endmacro %}

{# How many weeks from today on the hours are laid out. #}
{% macro weeks_ahead() -%} 26 {%- endmacro %}
