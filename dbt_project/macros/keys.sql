{# Native ids are unique per source only; keys are unique in the warehouse. Null stays null. #}
{% macro key(id, source='source') -%}
    {{ source }} || ':' || {{ id }}
{%- endmacro %}

{# `<thing>_key` columns for the `<thing>_id` columns named. #}
{% macro keys(ids) -%}
    {%- for id in ids %}
    {{ key(id) }} as {{ id | replace('_id', '_key') }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# A text literal. #}
{% macro sql_text(text) -%}
    '{{ text | replace("'", "''") }}'
{%- endmacro %}
