{# What a visit and an hour of care bring, on three bases. #}
{% macro revenue_metrics() -%}
    {{ return({}) }}
{%- endmacro %}
