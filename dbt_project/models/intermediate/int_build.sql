{# The only place that reads what changes with every build, so that a new day re-parses one file. #}
select
    cast('{{ env_var("DAYBOOK_TODAY", var("today", "1970-01-01")) }}' as date) as today,
    cast('{{ env_var("DAYBOOK_KNOWN_AT", var("known_at", "1970-01-01 00:00:00")) }}' as timestamp) as known_at,
    cast('{{ env_var("DAYBOOK_BUILD_ID", var("build_id", "none")) }}' as text) as build_id
