{# The record's row of each key as last known, unless it says that the thing is gone. #}
{% macro newest_rows(relation, key) -%}
    select * from {{ relation }}
    where _seq in (select max(_seq) from {{ relation }} group by {{ key }})
        and _op not in ('tombstone', 'delete')
{%- endmacro %}

{# Every version of each key, with the instant at which the next one was known; null = it stands. #}
{% macro versions(relation, key) -%}
    select *, lead(_known_at) over (partition by {{ key }} order by _seq) as known_until from {{ relation }}
{%- endmacro %}

{# Whether a version was the last one known before an instant. Of several known at once, the last of them. #}
{% macro stood_before(version, instant) -%}
    {{ version }}._known_at < {{ instant }} and ({{ version }}.known_until is null or {{ version }}.known_until >= {{ instant }})
{%- endmacro %}

{# Rows that the record never changes nor deletes (it refuses to): as they came. #}
{% macro rows_for_good(relation) -%}
    select * from {{ relation }} where _op not in ('tombstone', 'delete')
{%- endmacro %}

{# The current row of each key: the newest by `newest_first`, unless it says that the thing is gone. #}
{% macro current_rows(relation, key, newest_first='_seq desc', gone="_op in ('tombstone', 'delete')") -%}
    select * from {{ relation }}
    qualify row_number() over (partition by {{ key }} order by {{ newest_first }}) = 1
        and not ({{ gone }})
{%- endmacro %}

{# Parquet files that may not be there yet: without any, an empty relation of the given columns (name: type). #}
{% macro files_or_empty(glob, columns) -%}
    {%- set found = namespace(any=false) -%}
    {%- if execute -%}
        {%- set found.any = run_query("select count(*) from glob('" ~ glob ~ "')").columns[0].values()[0] > 0 -%}
    {%- endif -%}
    select
        {%- for name, type in columns.items() %}
        cast({{ name if found.any else 'null' }} as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    {%- if found.any %}
    from read_parquet('{{ glob }}', union_by_name = true)
    {%- else %}
    where false
    {%- endif %}
{%- endmacro %}
