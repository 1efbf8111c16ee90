with charges as (select * from {{ ref('stg_practice__charges') }}),

transactions as (select * from {{ ref('stg_practice__ledger_transactions') }}),

with_voids as (
    select charges.*, transactions.post_date as void_post_date
    from charges
    left join transactions on charges.void_transaction_id = transactions.transaction_id
),

finished as (
    select
        source,
        {{ keys([
            'charge_id', 'attendee_id', 'appointment_id', 'client_id', 'guarantor_client_id', 'payer_id', 'provider_id',
            'location_id', 'service_id',
        ]) }},
        charge_id, attendee_id, appointment_id, client_id, guarantor_client_id, payer_id, provider_id, location_id,
        service_id, transaction_id, void_transaction_id,
        kind, code, '{{ var("currency") }}' as currency,
        units, amount_minor, post_date - service_date as charge_lag_days,
        status = 'void' as is_void,
        service_date, post_date, void_post_date, known_at
    from with_voids
)

select * from finished
