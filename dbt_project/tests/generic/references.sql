{#
    Every value of each column is found in the column of the same name of its relation (<role>_client_key: client_key).
    `only_new`, `only_full`: see unique_key; what others refer to is never taken out.
#}
{% test references(model, links, only_new=false, only_full=false) %}
-- depends_on: {{ ref('int_build') }}
{%- if only_full and is_added_to() %}
select 1 as nothing where false
{%- else %}
{%- for column, relation in links.items() %}
{%- set found = 'client_key' if column.endswith('_client_key') else column %}
select '{{ column }}' as column_name, {{ column }} as missing_value
from {{ model }}
where {{ column }} is not null{% if only_new %} and {{ is_new() }}{% endif %}
    and {{ column }} not in (select {{ found }} from {{ relation }})
{{ 'union all' if not loop.last }}
{%- endfor %}
{%- endif %}
{% endtest %}
