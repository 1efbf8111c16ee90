{#
    A metric is defined once, in a macro of this folder: name → its label, formula, unit, … and
        parts      where its numbers come from: a list of {cube, numerator, denominator, low_…, high_…}, each an SQL
                   expression over that cube's columns. Most have one part; a ratio over two cubes has two. `where` picks
                   the cube's rows; without it they all count. `later`: a list of days; each row counts once for each,
                   so many days after its own (what is judged against the months before)
        rows       the fact rows behind the number: {table, date, where, numerator, denominator}
        rows2      of a ratio over two tables, the rows behind its denominator: {table, date, where, denominator, days,
                   later}; `days`: they come from that many days up to the last day asked for, instead of the period;
                   `later`: as in its part
        aggregate  'sum' (the default), or what readers work out from the rows: 'median', 'p90', 'distinct'. Those
                   stand in no cube, since they don't re-sum.
    metric_daily and metric_catalogue are written from nothing else.
#}
{% macro all_metrics() -%}
    {%- set found = {} -%}
    {%- for subject in [
        attendance_metrics(), client_metrics(), capacity_metrics(), recovery_metrics(), money_metrics(), revenue_metrics(),
        collection_metrics(), write_off_metrics(), receivable_metrics(), leakage_metrics(), claim_metrics(), lag_metrics(),
    ] -%}
        {%- do found.update(subject) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# The dimensions that a number may be sliced by, in the order of the marts' columns. #}
{% macro dimensions() -%}
    {{ return(['location', 'provider', 'service', 'payer', 'referral_source']) }}
{%- endmacro %}

{# Cube → its model, and the dimensions that it has. #}
{% macro cubes() -%}
    {%- set where = ['location', 'provider'] -%}
    {{ return({
        'attendance': {'model': 'int_scheduling__attendance_daily', 'dimensions': where + ['service', 'payer', 'referral_source']},
        'capacity': {'model': 'int_scheduling__capacity_daily', 'dimensions': where},
        'recovery': {'model': 'int_scheduling__recovery_daily', 'dimensions': where + ['service']},
        'money': {'model': 'int_billing__money_daily', 'dimensions': where + ['service', 'payer', 'referral_source']},
        'billed': {'model': 'int_billing__billed_daily', 'dimensions': where + ['service', 'payer', 'referral_source']},
        'leakage': {'model': 'int_billing__leakage_daily', 'dimensions': where + ['service', 'payer', 'referral_source']},
        'claims': {'model': 'int_billing__claims_daily', 'dimensions': where + ['payer']},
        'applied': {'model': 'int_billing__applied_daily', 'dimensions': where + ['service', 'payer']},
        'cohorts': {'model': 'int_billing__cohorts_daily', 'dimensions': where + ['service', 'payer']},
        'receivables': {'model': 'int_billing__receivables_daily', 'dimensions': where + ['payer']},
        'put_off': {'model': 'int_billing__put_off_daily', 'dimensions': where + ['payer']},
    }) }}
{%- endmacro %}

{# The dimensions that all parts of a metric have; one that stands in no cube has those of its rows. #}
{% macro dimensions_of(spec) -%}
    {%- set shared = [] -%}
    {%- for dimension in spec.get('dimensions', dimensions()) -%}
        {%- set lacking = [] -%}
        {%- for part in spec.get('parts', []) if dimension not in cubes()[part.cube].dimensions -%}
            {%- do lacking.append(part) -%}
        {%- endfor -%}
        {%- if not lacking -%} {%- do shared.append(dimension) -%} {%- endif -%}
    {%- endfor -%}
    {{ return(shared) }}
{%- endmacro %}

{# Whether the metric divides something by something. #}
{% macro is_ratio(spec) -%}
    {%- set denominators = [] -%}
    {%- for part in spec.get('parts', []) if part.get('denominator') -%}
        {%- do denominators.append(part) -%}
    {%- endfor -%}
    {{ return(denominators | length > 0) }}
{%- endmacro %}

{#
    One part of a metric, by day and dimension: only the days on which any of its numbers is not 0. What this part lacks
    and another has is `nothing`; what none has is null.
#}
{% macro metric_part(metric, spec, part, names, nothing='null') -%}
    select
        '{{ metric }}' as metric,
        {{ 'metric_date + days_later as metric_date' if part.get('later') else 'metric_date' }}, source,
        {%- for dimension in dimensions() %}
        {{ dimension ~ '_id' if dimension in dimensions_of(spec) else 'cast(null as text)' }} as {{ dimension }}_id,
        {%- endfor %}
        {%- for name in names %}
        {{ part.get(name) or (nothing if spec.parts | selectattr(name, 'defined') | list else 'null') }} as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ part.cube }}
    {% if part.get('later') %}cross join (select unnest({{ part.later }}) as days_later) as delays{% endif %}
    where {{ part.where ~ ' and' if part.get('where') }} (
        {%- for name in names if part.get(name) %}({{ part[name] }}) <> 0{{ ' or ' if not loop.last }}{% endfor %})
{%- endmacro %}
