with payments as (select * from {{ ref('stg_practice__payments') }}),

allocations as (select * from {{ ref('stg_practice__allocations') }}),

refunds as (select * from {{ ref('stg_practice__refunds') }}),

transactions as (select * from {{ ref('stg_practice__ledger_transactions') }}),

applied as (
    select payment_id, cast(sum(amount_minor) as bigint) as allocated_minor from allocations group by 1
),

given_back as (
    select payment_id, cast(sum(amount_minor) as bigint) as refunded_minor from refunds group by 1
),

joined as (
    select
        payments.*,
        posted.post_date,
        voided.post_date as void_post_date,
        payments.status = 'void' as is_void,
        coalesce(applied.allocated_minor, 0) as allocated_minor,
        coalesce(given_back.refunded_minor, 0) as refunded_minor
    from payments
    left join applied on payments.payment_id = applied.payment_id
    left join given_back on payments.payment_id = given_back.payment_id
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
        case when is_void then 0 else amount_minor end - allocated_minor - refunded_minor as unapplied_minor,
        is_void,
        received_date, post_date, void_post_date, known_at
    from joined
)

select * from finished
