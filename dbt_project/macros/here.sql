{# The relation without its catalog: a published file may be attached under any name, and its views must still work. #}
{% macro here(relation) -%}
    {{ relation.include(database=false) }}
{%- endmacro %}
