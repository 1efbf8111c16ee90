{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail') }}
-- depends_on: {{ ref('int_build') }}
with allocations as (select * from {{ ref('stg_practice__allocations') }} where {{ is_new('_seq') }}),

charges as (select * from {{ ref('fct_charges') }}),

payments as (select payment_id, received_date from {{ ref('stg_practice__payments') }}),

-- What a charge is for and where it stands never changes, nor when money came; who pays of it is the party's.
joined as (
    select
        allocations.*,
        charges.client_id, charges.payer_id, charges.provider_id, charges.location_id, charges.service_id,
        charges.service_date, payments.received_date,
        charges.kind as charge_kind
    from allocations
    left join charges on allocations.charge_id = charges.charge_id
    left join payments on allocations.payment_id = payments.payment_id
),

finished as (
    select
        source,
        {{ keys([
            'allocation_id', 'payment_id', 'charge_id', 'client_id', 'payer_id', 'provider_id', 'location_id', 'service_id',
        ]) }},
        allocation_id, payment_id, charge_id, client_id, payer_id, provider_id, location_id, service_id,
        reverses_id, transaction_id,
        party, charge_kind, '{{ var("currency") }}' as currency,
        amount_minor,
        reverses_id is not null as is_reversal,
        service_date, received_date, post_date, known_at, _seq as feed_seq
    from joined
)

select * from finished
