{# How much of what was earned has come in. #}
{% macro collection_metrics() -%}
    {{ return({}) }}
{%- endmacro %}
