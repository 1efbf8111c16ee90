{{ config(materialized='view') }}
{% set parts = ['numerator', 'denominator', 'low_numerator', 'low_denominator', 'high_numerator', 'high_denominator'] %}
{% set dimension_ids = ['location_id', 'provider_id', 'service_id', 'payer_id', 'referral_source_id'] %}
with
{%- for name, cube in cubes().items() %}
{{ name }} as (
    select
        *
        {%- for dimension in dimensions() if dimension not in cube.dimensions %},
        cast(null as text) as {{ dimension }}_id
        {%- endfor %}
    from {{ here(ref(cube.model)) }}
),
{% endfor %}
metrics as (
    {%- set union = joiner('union all') %}
    {%- for metric, spec in all_metrics().items() if spec.get('parts') %}
    {{ union() }}
    {%- if spec.parts | length == 1 %}
    {{ metric_part(metric, spec, spec.parts[0], parts) }}
    {%- else %}
    {# The parts of a number from two cubes meet in one row. -#}
    select
        metric, metric_date, source, {{ dimension_ids | join(', ') }},
        {%- for name in parts %}
        sum({{ name }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        {%- for part in spec.parts %}
        {{ metric_part(metric, spec, part, parts, nothing='0') }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    )
    group by all
    {%- endif %}
    {%- endfor %}
),

finished as (
    select
        metric, metric_date, source,
        {{ keys(dimension_ids) }},
        {{ dimension_ids | join(', ') }},
        {%- for name in parts %}
        cast({{ name }} as bigint) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from metrics
)

select * from finished
