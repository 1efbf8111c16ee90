{# The ids of clients of the last good build whose referral source has been named anew since, as SQL; empty if none. #}
{% macro clients_referred_anew() -%}
    {%- set versions -%}
        select client_id from (
            select
                client_id, _seq,
                referral_source_id is distinct from lag(referral_source_id) over by_seq
                and row_number() over by_seq > 1 as is_referral_news
            from {{ source('practice', 'clients') }}
            window by_seq as (partition by client_id order by _seq)
        ) as versions
        where is_referral_news and {{ is_new('_seq') }}
    {%- endset -%}
    {%- set found = run_query(versions).columns[0].values() if is_added_to() else [] -%}
    {%- set ids -%}
        {%- for id in found %}{{ sql_text(id) }}{{ ', ' if not loop.last }}{% endfor -%}
    {%- endset -%}
    {{ return('(' ~ ids ~ ')' if found else '') }}
{%- endmacro %}

{# The condition that an entry's client has been referred anew. #}
{% macro is_referred_anew() -%}
    {%- set clients = clients_referred_anew() -%}
    {{ "source = 'record' and client_id in " ~ clients if clients else 'false' }}
{%- endmacro %}

{# Charges with postings on what is owed that are new, or dated after the last good build's day; empty if none. #}
{% macro moved_items() -%}
    {%- set found -%}
        select charge_id from {{ ref('int_billing__entries') }}
        where account in {{ receivable_accounts() }}
            and ({{ is_new() }} or post_date > (select since_today from {{ ref('int_build') }}))
    {%- endset -%}
    {%- set is_any = is_added_to() and run_query('select exists (' ~ found ~ ')').rows[0][0] -%}
    {{ return('(' ~ found ~ ')' if is_any else '') }}
{%- endmacro %}

{# The condition that an open item has moved; `item` is its column. #}
{% macro is_moved(item) -%}
    {%- set items = moved_items() -%}
    {{ "source = 'record' and " ~ item ~ ' in ' ~ items if items else 'false' }}
{%- endmacro %}

{# Whether anything was posted since the last good build, as a truth value for templates. #}
{% macro has_new_entries() -%}
    {%- set entries = adapter.get_relation(
        database=target.database, schema='intermediate', identifier='int_billing__entries') if execute -%}
    {{ return(entries and run_query('select count(*) from ' ~ entries ~ ' where ' ~ is_new()).rows[0][0] > 0) }}
{%- endmacro %}

{# Whether all that was posted, and the day, are those of the last good build: then so is what is made of nothing else. #}
{% macro is_money_as_before() -%}
    {%- set before = build_on() -%}
    {%- if not before -%} {{ return(false) }} {%- endif -%}
    {%- set build = adapter.get_relation(database=target.database, schema='intermediate', identifier='int_build') -%}
    {%- set today = run_query('select cast(today as text) from ' ~ build).rows[0][0] -%}
    {{ return(today == before.today and not has_new_entries()) }}
{%- endmacro %}
