with allocations as (select * from {{ ref('stg_practice__allocations') }}),

finished as (
    select
        source,
        {{ keys(['allocation_id', 'payment_id', 'charge_id']) }},
        allocation_id, payment_id, charge_id, reverses_id, transaction_id,
        party, '{{ var("currency") }}' as currency,
        amount_minor,
        reverses_id is not null as is_reversal,
        post_date, known_at
    from allocations
)

select * from finished
