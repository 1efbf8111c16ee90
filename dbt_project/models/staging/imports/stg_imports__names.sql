{# Most exports name nothing, so the files may be missing: the columns then come from here. #}
{% set columns = {
    'source': 'text', 'kind': 'text', 'id': 'text', 'name': 'text', 'known_at': 'timestamp', '_batch_id': 'text',
} %}
with source as (
    {{ files_or_empty(var('landing_path') ~ '/imports/*/names/*.parquet', columns) }}
),

current_rows as (
    {{ current_rows('source', 'source, kind, id', 'known_at desc, _batch_id desc', 'false') }}
),

renamed as (
    select * exclude (_batch_id) from current_rows
)

select * from renamed
