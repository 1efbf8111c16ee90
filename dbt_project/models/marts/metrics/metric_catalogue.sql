{% set texts = ['label', 'variant', 'formula', 'unit', 'kind', 'better', 'date_role', 'source_of_definition'] %}
{% set row_parts = ['table', 'date', 'where', 'numerator', 'denominator'] %}
with definitions as (
    {%- for metric, spec in all_metrics().items() %}
    {%- set rows, rows2, shared = spec.get('rows', {}), spec.get('rows2', {}), dimensions_of(spec) %}
    select
        '{{ metric }}' as metric,
        {%- for name in texts %}
        {{ sql_text(spec[name]) if spec.get(name) else 'cast(null as text)' }} as {{ name }},
        {%- endfor %}
        {{ is_ratio(spec) }} as is_ratio,
        '{{ spec.get("aggregate", "sum") }}' as aggregate,
        '{{ shared | join(", ") }}' as dimensions,
        {%- for name in row_parts %}
        {{ sql_text(rows[name]) if rows.get(name) else 'cast(null as text)' }} as rows_{{ name }},
        {%- endfor %}
        {%- for name in row_parts if name != 'numerator' %}
        {{ sql_text(rows2[name]) if rows2.get(name) else 'cast(null as text)' }} as rows2_{{ name }},
        {%- endfor %}
        cast({{ rows2.get('days') or 'null' }} as integer) as rows2_days,
        {{ sql_text(rows2.later | join(', ')) if rows2.get('later') else 'cast(null as text)' }} as rows2_later
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

finished as (
    select *, 'source, ' || replace(dimensions, '_', ' ') || ' and day' as grain from definitions
)

select
    metric, label, variant, formula, unit, kind, is_ratio, aggregate, better, date_role, grain, dimensions,
    source_of_definition,
    rows_table, rows_date, rows_where, rows_numerator, rows_denominator,
    rows2_table, rows2_date, rows2_where, rows2_denominator, rows2_days, rows2_later
from finished
