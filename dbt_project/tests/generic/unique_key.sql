{#
    The columns name one row each, and are never null (but for those that are `nullable`, where null is a value).
    `only_new`: on top of the last good build, whose rows were looked at then, the keys of rows with a newer `feed_seq`
    alone are looked up among all rows. A full build looks at everything. `by_day`: the same by a column of the key, where
    the days before `first_changed_day()` are as they were. `only_full`: for a view over grouped tables, whose keys the
    project's SQL alone could spoil: another project is built anew, and a build on top of a good one has nothing to look at.
#}
{% test unique_key(model, columns, nullable=[], only_new=false, by_day=none, only_full=false) %}
-- depends_on: {{ ref('int_build') }}
{%- set key = columns | join(', ') %}
{%- set is_short = only_new and is_added_to() %}
{%- set days = changed_days(by_day) if by_day else 'true' %}
{%- set suspects -%}
    {%- if is_short -%} select hash({{ key }}) from {{ model }} where {{ is_new() }}
    {%- else -%} select hash({{ key }}) from {{ model }} where {{ days }} group by 1 having count(*) > 1
    {%- endif -%}
{%- endset %}
{%- if only_full and is_added_to() %}
select 1 as nothing where false
{%- else %}
-- Equal keys have equal hashes; what those point at is compared in full.
select {{ key }}, count(*) as rows_found
from {{ model }}
where {{ days }} and hash({{ key }}) in ({{ suspects }})
group by {{ key }}
having count(*) > 1
{%- set needed = columns | reject('in', nullable) | list %}
{%- if needed %}
union all
select {{ key }}, 1
from {{ model }}
where ({{ needed | join(' is null or ') }} is null) and {{ days }}{% if is_short %} and {{ is_new() }}{% endif %}
{%- endif %}
{%- endif %}
{% endtest %}
