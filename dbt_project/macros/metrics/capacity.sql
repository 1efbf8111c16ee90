{# Hours that can be booked, and what became of them. #}
{% macro capacity_metrics() -%}
    {{ return({}) }}
{%- endmacro %}
