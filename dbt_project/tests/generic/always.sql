{# The expression is true of every row; null counts as false. `only_new`, `by_day`: see unique_key. #}
{% test always(model, expression, only_new=false, by_day=none) %}
-- depends_on: {{ ref('int_build') }}
select *
from {{ model }}
where not coalesce({{ expression }}, false)
    {%- if only_new %} and {{ is_new() }}{% endif %}
    {%- if by_day %} and {{ changed_days(by_day) }}{% endif %}
{% endtest %}
