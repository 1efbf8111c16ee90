{# Schemas are named as they stand (`marts`, not `main_marts`): analysts and checks rely on the names. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
