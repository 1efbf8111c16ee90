{#
    Postings are never changed and arrive together with their transaction, so new ones are added to those there are. Where
    a client came from is today's knowledge: when it changes, the client's entries do.
#}
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ forget(this, is_referred_anew()) }}",
) }}
-- depends_on: {{ ref('int_build') }}
{% set is_asked_for = is_new('_seq') ~ ' or ' ~ is_referred_anew() if is_added_to() else 'true' %}
with postings as (
    select * from {{ ref('stg_practice__postings') }}
    where {{ is_asked_for | replace(' or false', '') }}
),

transactions as (
    select * from {{ ref('stg_practice__ledger_transactions') }}
    {% if is_added_to() %}where transaction_id in (select transaction_id from postings){% endif %}
),

charges as (select * from {{ ref('fct_charges') }}),

clients as (select * from {{ ref('stg_practice__clients') }}),

-- A reversal of a write-off keeps the reason of what it reverses.
denied as (
    select transaction_id, denial_kind
    from {{ ref('stg_practice__adjustments') }}
    where adjustment_class = 'denial'{% if is_added_to() %} and transaction_id in (select transaction_id from postings){% endif %}

),

imported_postings as (select * from {{ ref('stg_imports__postings') }}),

recorded as (
    select
        postings.* exclude (_known_at, _seq),
        transactions.kind as transaction_kind,
        transactions.document_id,
        transactions.reverses_id,
        charges.service_id,
        charges.kind as charge_kind,
        clients.referral_source_id,
        case when postings.account = '4140' then coalesce(denied.denial_kind, 'other') end as denial_kind,
        greatest(postings._seq, clients.referral_seq) as feed_seq
    from postings
    left join transactions on postings.transaction_id = transactions.transaction_id
    left join charges on postings.charge_id = charges.charge_id
    left join clients on postings.client_id = clients.client_id
    left join denied on postings.transaction_id = denied.transaction_id
),

entries as (
    select * from recorded
    union all by name
    select * from imported_postings
    {% if is_added_to() %}where false{% endif %}
)

select
    source, posting_id, transaction_id, charge_id, claim_id, payment_id, client_id, payer_id, provider_id, location_id,
    service_id, referral_source_id,
    account, party, transaction_kind, charge_kind, denial_kind, document_id, reverses_id,
    debit_minor, credit_minor, service_date, post_date, known_at, feed_seq
from entries
