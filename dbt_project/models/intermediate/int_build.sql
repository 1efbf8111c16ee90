{#
    The only place that reads what changes with every build: the environment, and only when it is run. Read while the
    project is parsed, a changed value would have this and all that depends on it parsed again, in every build. What it
    says of the build that this one adds to, it reads from the copy of that build.
#}
{% set told = {
    'today': env_var("DAYBOOK_TODAY", var("today", "1970-01-01")),
    'known_at': env_var("DAYBOOK_KNOWN_AT", var("known_at", "1970-01-01 00:00:00")),
    'build_id': env_var("DAYBOOK_BUILD_ID", var("build_id", "none")),
    'feed_seq': env_var("DAYBOOK_FEED_SEQ", "0"),
} if execute else {} %}
{% set before = adapter.get_relation(database=this.database, schema=this.schema, identifier=this.identifier) if execute %}
{% set is_anew = flags.FULL_REFRESH or not before %}
{% set since = run_query('select feed_seq from ' ~ before).rows[0][0] if before and not is_anew else 0 %}
{% if execute and not is_anew and (told.feed_seq | int == 0 or since | int == 0) %}
    {{ exceptions.raise_compiler_error("Nothing says which changes are new (DAYBOOK_FEED_SEQ, and that of the build before); build anew with --full-refresh.") }}
{% endif %}
select
    cast('{{ told.today }}' as date) as today,
    cast('{{ told.known_at }}' as timestamp) as known_at,
    cast('{{ told.build_id }}' as text) as build_id,
    cast('{{ told.feed_seq }}' as bigint) as feed_seq,
    cast({{ since }} as bigint) as since_seq,
    {{ 'cast(null as date)' if is_anew else '(select today from ' ~ before ~ ')' }} as since_today
