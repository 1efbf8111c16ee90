{#
    Totals per day, from intervals during which an amount stands.

    `intervals` has the columns `group_by`, `measures`, `from_date` and `to_date` (the first day that it no longer stands;
    null = still does). Each interval becomes two changes and days are spread out last, per group: the work grows with
    the changes, not with items × days. Ends with one row per group and `metric_date`, up to `last_date`, non-zero only.
    With a `first_date` (a literal) the days before it are left out, and so is the work for them.
#}
{% macro daily_totals(intervals, group_by, measures, last_date, first_date=none) -%}
    {%- set groups = group_by | join(', ') -%}
    {%- set first = "date '" ~ first_date ~ "'" if first_date -%}
    with standing as (
        select
            {{ groups }}, {{ measures | join(', ') }}, to_date,
            {{ 'greatest(from_date, ' ~ first ~ ')' if first_date else 'from_date' }} as from_date
        from {{ intervals }}
        where from_date <= {{ last_date }}{% if first_date %} and (to_date is null or to_date > {{ first }}){% endif %}
    ),

    changes as (
        select {{ groups }}, from_date as metric_date, {{ measures | join(', ') }} from standing
        union all
        select {{ groups }}, to_date, {% for m in measures %}-{{ m }}{{ ', ' if not loop.last }}{% endfor %}
        from standing where to_date <= {{ last_date }}
    ),

    daily_changes as (
        select {{ groups }}, metric_date, {% for m in measures %}sum({{ m }}) as {{ m }}{{ ', ' if not loop.last }}{% endfor %}
        from changes group by {{ groups }}, metric_date
    ),

    totals as (
        select
            {{ groups }}, metric_date,
            coalesce(lead(metric_date) over by_day, {{ last_date }} + 1) as next_date,
            {%- for m in measures %}
            cast(sum({{ m }}) over by_day as bigint) as {{ m }}{{ ',' if not loop.last }}
            {%- endfor %}
        from daily_changes
        window by_day as (partition by {{ groups }} order by metric_date)
    )

    select
        {{ groups }}, {{ measures | join(', ') }},
        metric_date + cast(unnest(range(next_date - metric_date)) as integer) as metric_date
    from totals
    where {% for m in measures %}{{ m }} <> 0{{ ' or ' if not loop.last }}{% endfor %}
{%- endmacro %}

{# The distinct combinations of the columns of `relation`, each with a number of its own: quicker to group and join by. #}
{% macro numbered(relation, columns, number) -%}
    select row_number() over () as {{ number }}, *
    from (select distinct {{ columns | join(', ') }} from {{ relation }}) as combinations
{%- endmacro %}

{# Rows of the two relations are about the same source, location, provider and payer; null is a value. #}
{% macro same_place(one, other) -%}
    {%- for column in ['source', 'location_id', 'provider_id', 'payer_id'] -%}
    {{ one }}.{{ column }} is not distinct from {{ other }}.{{ column }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
