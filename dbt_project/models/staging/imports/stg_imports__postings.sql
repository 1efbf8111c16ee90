{# Most practices never migrate balances, so the files may be missing: the columns then come from here. #}
{% set columns = {
    'posting_id': 'text', 'transaction_id': 'text', 'party': 'text', 'client_id': 'text', 'payer_id': 'text',
    'charge_id': 'text', 'claim_id': 'text', 'payment_id': 'text', 'provider_id': 'text', 'location_id': 'text',
    'source': 'text', 'transaction_kind': 'text', 'account': 'text',
    'debit_minor': 'bigint', 'credit_minor': 'bigint',
    'service_date': 'date', 'post_date': 'date', 'known_at': 'timestamp', '_batch_id': 'text',
} %}
with source as (
    {{ files_or_empty(var('landing_path') ~ '/imports/*/postings/*.parquet', columns) }}
),

current_rows as (
    {{ current_rows('source', 'source, posting_id', 'known_at desc, _batch_id desc', 'false') }}
),

renamed as (
    select * exclude (_batch_id) from current_rows
)

select * from renamed
