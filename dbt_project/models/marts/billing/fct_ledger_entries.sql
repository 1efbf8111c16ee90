{{ config(materialized='view') }}
with entries as (select * from {{ here(ref('int_billing__entries')) }})

select
    source,
    {{ keys([
        'posting_id', 'transaction_id', 'charge_id', 'payment_id', 'client_id', 'payer_id', 'provider_id',
        'location_id', 'service_id', 'referral_source_id',
    ]) }},
    posting_id, transaction_id, charge_id, claim_id, payment_id, client_id, payer_id, provider_id, location_id,
    service_id, referral_source_id,
    account, party, transaction_kind, charge_kind, denial_kind, document_id, reverses_id, '{{ var("currency") }}' as currency,
    debit_minor, credit_minor, service_date, post_date, known_at, feed_seq
from entries
