{% set columns = {
    'build_id': 'text', 'door': 'text', 'check_name': 'text', 'severity': 'text', 'is_success': 'boolean',
    'sentence': 'text', 'observed': 'text', 'failing_rows': 'bigint', 'checked_at': 'timestamp',
} %}
{{ files_or_empty(var('quality_path') ~ '/*.parquet', columns) }}
