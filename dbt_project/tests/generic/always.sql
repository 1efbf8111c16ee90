{# The expression is true of every row; null counts as false. #}
{% test always(model, expression) %}
select *
from {{ model }}
where not coalesce({{ expression }}, false)
{% endtest %}
