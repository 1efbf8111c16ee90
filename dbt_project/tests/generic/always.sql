{# The expression is true of every row; null counts as false. `only_new`, `by_day`, `only_full`: see unique_key. #}
{% test always(model, expression, only_new=false, by_day=none, only_full=false) %}
-- depends_on: {{ ref('int_build') }}
select *
from {{ model }}
where not coalesce({{ expression }}, false)
    {%- if only_new %} and {{ is_new() }}{% endif %}
    {%- if only_full and is_added_to() %} and false{% endif %}
    {%- if by_day %} and {{ changed_days(by_day) }}{% endif %}
{% endtest %}
