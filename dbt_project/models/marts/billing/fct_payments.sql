{{ config(
    materialized='incremental', unique_key='payment_key', on_schema_change='fail',
    post_hook="{{ forget_tombstones(this, 'payments', 'payment_id') }}",
) }}
-- depends_on: {{ ref('int_build') }}
with all_payments as (select * from {{ ref('stg_practice__payments') }}),

all_allocations as (select * from {{ ref('fct_allocations') }}),

all_refunds as (select * from {{ ref('stg_practice__refunds') }}),

-- What was kept of packages that expired.
all_kept as (
    select payment_id, credit_minor - debit_minor as amount_minor, _seq
    from {{ ref('stg_practice__postings') }}
    where account = '4030' and payment_id is not null
),

changed as (
    select payment_id from all_payments where {{ is_new('_seq') }}
    {% if is_added_to() %}
    union
    select payment_id from all_allocations where {{ is_new() }}
    union
    select payment_id from all_refunds where {{ is_new('_seq') }}
    union
    select payment_id from all_kept where {{ is_new('_seq') }}
    {% endif %}
),

payments as (select * from all_payments where payment_id in (select payment_id from changed)),

allocations as (select * from all_allocations where payment_id in (select payment_id from changed)),

refunds as (select * from all_refunds where payment_id in (select payment_id from changed)),

kept as (
    select payment_id, cast(sum(amount_minor) as bigint) as kept_minor, max(_seq) as kept_seq
    from all_kept
    where payment_id in (select payment_id from changed)
    group by payment_id
),

transactions as (
    select * from {{ ref('stg_practice__ledger_transactions') }}
    where transaction_id in (select unnest([transaction_id, void_transaction_id]) from payments)
),

applied as (
    select payment_id, cast(sum(amount_minor) as bigint) as allocated_minor, max(feed_seq) as allocated_seq
    from allocations
    group by payment_id
),

given_back as (
    select payment_id, cast(sum(amount_minor) as bigint) as refunded_minor, max(_seq) as refunded_seq
    from refunds
    group by payment_id
),

joined as (
    select
        payments.*,
        posted.post_date,
        voided.post_date as void_post_date,
        payments.status = 'void' as is_void,
        coalesce(applied.allocated_minor, 0) as allocated_minor,
        coalesce(given_back.refunded_minor, 0) as refunded_minor,
        coalesce(kept.kept_minor, 0) as kept_minor,
        greatest(payments._seq, applied.allocated_seq, given_back.refunded_seq, kept.kept_seq) as feed_seq
    from payments
    left join applied on payments.payment_id = applied.payment_id
    left join given_back on payments.payment_id = given_back.payment_id
    left join kept on payments.payment_id = kept.payment_id
    left join transactions as posted on payments.transaction_id = posted.transaction_id
    left join transactions as voided on payments.void_transaction_id = voided.transaction_id
),

finished as (
    select
        source,
        {{ keys(['payment_id', 'client_id', 'payer_id', 'location_id']) }},
        payment_id, client_id, payer_id, location_id, transaction_id, void_transaction_id,
        party, method, '{{ var("currency") }}' as currency,
        amount_minor, allocated_minor, refunded_minor,
        case when is_void then 0 else amount_minor end - kept_minor
        - allocated_minor - refunded_minor as unapplied_minor,
        is_void,
        received_date, post_date, void_post_date, known_at, feed_seq
    from joined
)

select * from finished
