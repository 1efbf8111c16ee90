{#
    A build starts from nothing, or from a copy of the last good one. `since_seq()` is the number of the newest change
    that the copy has, as a literal: 0 where everything is built anew. What is newer has `_seq > since_seq()` in landing, and
    `feed_seq > since_seq()` in facts. Imports have no numbers: other imports mean that everything is built anew.
#}
{% macro since_seq() -%}
    {%- set before = build_on() -%}
    {{ return(before.seq if before else 0) }}
{%- endmacro %}

{# Whether this build adds to the last good one. #}
{% macro is_added_to() -%}
    {{ return(build_on() is not none) }}
{%- endmacro %}

{# What the build that this one adds to said of itself: `seq`, `today`; none where everything is built anew. #}
{% macro build_on() -%}
    {%- if not execute or flags.FULL_REFRESH -%} {{ return(none) }} {%- endif -%}
    {%- set build = adapter.get_relation(database=target.database, schema='intermediate', identifier='int_build') -%}
    {%- if build is none -%} {{ return(none) }} {%- endif -%}
    {%- set row = run_query('select since_seq, cast(since_today as text) from ' ~ build).rows[0] -%}
    {{ return({'seq': row[0] | int, 'today': row[1]} if row[0] else none) }}
{%- endmacro %}

{# The condition that a row is new, or true where everything is. `column` is its number in the feed. #}
{% macro is_new(column='feed_seq') -%}
    {{ column ~ ' > ' ~ since_seq() if is_added_to() else 'true' }}
{%- endmacro %}

{#
    The first day whose balances and totals by accounting date may differ from the last good build's, as a literal: the
    earliest day that something new was posted on or asked for (an invoice or claim that is new or changed), and at the
    latest the day after that build's. Null on a full build.
#}
{% macro first_changed_day() -%}
    {%- set before = build_on() -%}
    {%- if before is none -%} {{ return(none) }} {%- endif -%}
    {%- set entries = adapter.get_relation(
        database=target.database, schema='intermediate', identifier='int_billing__entries') -%}
    {%- set found = run_query(
        "select cast(least(min(day), date '" ~ before.today ~ "' + 1) as text) from ("
        ~ 'select post_date as day from ' ~ entries ~ ' where feed_seq > ' ~ before.seq
        ~ ' union all select issued_date from ' ~ source('practice', 'invoices') ~ ' where _seq > ' ~ before.seq
        ~ ' union all select sent_date from ' ~ source('practice', 'insurance_claims') ~ ' where _seq > ' ~ before.seq
        ~ ')') -%}
    {{ return(found.columns[0].values()[0]) }}
{%- endmacro %}

{# The condition that a day may differ from the last good build's. #}
{% macro changed_days(column) -%}
    {{ column ~ " >= date '" ~ first_changed_day() ~ "'" if is_added_to() else 'true' }}
{%- endmacro %}

{# For a `pre_hook`: takes rows out of the copy of the last good build, so that the model can put them in anew. #}
{% macro forget(relation, condition) -%}
    {%- if is_added_to() and condition != 'false' -%} delete from {{ relation }} where {{ condition }}
    {%- else -%} select 1
    {%- endif -%}
{%- endmacro %}

{# For a `post_hook`: what the record took back since the last good build goes. #}
{% macro forget_tombstones(relation, table, key) -%}
    {%- set gone -%}
        source = 'record' and {{ key }} in (
            select arg_max({{ key }}, _seq) from {{ source('practice', table) }}
            where {{ is_new('_seq') }} group by {{ key }} having arg_max(_op, _seq) in ('tombstone', 'delete')
        )
    {%- endset -%}
    {{ forget(relation, gone) }}
{%- endmacro %}
