{{ config(
    materialized='incremental', unique_key='charge_key', on_schema_change='fail',
    post_hook="{{ forget_tombstones(this, 'charges', 'charge_id') }}",
) }}
-- depends_on: {{ ref('int_build') }}
with charges as (select * from {{ ref('stg_practice__charges') }}),

clients as (select * from {{ ref('stg_practice__clients') }}),

transactions as (select * from {{ ref('stg_practice__ledger_transactions') }}),

referred as (
    select charges.*, clients.referral_source_id, greatest(charges._seq, clients.referral_seq) as feed_seq
    from charges
    left join clients on charges.client_id = clients.client_id
),

changed as (
    select * from referred where {{ is_new() }}
),

voids as (
    select transaction_id, post_date from transactions
    where transaction_id in (select void_transaction_id from changed)
),

with_voids as (
    select changed.*, voids.post_date as void_post_date
    from changed
    left join voids on changed.void_transaction_id = voids.transaction_id
),

finished as (
    select
        source,
        {{ keys([
            'charge_id', 'attendee_id', 'appointment_id', 'client_id', 'guarantor_client_id', 'payer_id', 'provider_id',
            'location_id', 'service_id', 'referral_source_id',
        ]) }},
        charge_id, attendee_id, appointment_id, client_id, guarantor_client_id, payer_id, provider_id, location_id,
        service_id, referral_source_id, transaction_id, void_transaction_id,
        kind, code, '{{ var("currency") }}' as currency,
        units, amount_minor, post_date - service_date as charge_lag_days,
        status = 'void' as is_void,
        service_date, post_date, void_post_date, known_at, feed_seq
    from with_voids
)

select * from finished
