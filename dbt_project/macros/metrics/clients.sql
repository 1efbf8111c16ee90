{# Who comes: new and returning clients. #}
{% macro client_metrics() -%}
    {{ return({}) }}
{%- endmacro %}
