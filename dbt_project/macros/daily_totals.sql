{#
    Totals per day, from intervals during which an amount stands.

    `intervals` has the columns `group_by`, `measures`, `from_date` and `to_date` (the first day that it no longer stands;
    null = still does). Each interval becomes two changes and days are spread out last, per group: the work grows with
    the changes, not with items × days. Ends with one row per group and `metric_date`, up to `last_date`, non-zero only.
#}
{% macro daily_totals(intervals, group_by, measures, last_date) -%}
    {%- set groups = group_by | join(', ') -%}
    with changes as (
        select {{ groups }}, from_date as metric_date, {{ measures | join(', ') }}
        from {{ intervals }} where from_date <= {{ last_date }}
        union all
        select {{ groups }}, to_date, {% for m in measures %}-{{ m }}{{ ', ' if not loop.last }}{% endfor %}
        from {{ intervals }} where to_date <= {{ last_date }}
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
