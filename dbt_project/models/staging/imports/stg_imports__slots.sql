{# Most exports have no list of slots, so the files may be missing: the columns then come from here. #}
{% set columns = {
    'slot_id': 'text', 'provider_id': 'text', 'location_id': 'text', 'source': 'text', 'duration_minutes': 'bigint',
    'is_taken': 'boolean', 'start_date': 'date', 'wall_start': 'timestamp', 'known_at': 'timestamp', '_batch_id': 'text',
} %}
with source as (
    {{ files_or_empty(var('landing_path') ~ '/imports/*/slots/*.parquet', columns) }}
),

current_rows as (
    {{ current_rows('source', 'source, slot_id', 'known_at desc, _batch_id desc', 'false') }}
),

renamed as (
    select * exclude (_batch_id) from current_rows
)

select * from renamed
