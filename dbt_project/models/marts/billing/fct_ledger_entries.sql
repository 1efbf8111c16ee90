with postings as (select * from {{ ref('stg_practice__postings') }}),

transactions as (select * from {{ ref('stg_practice__ledger_transactions') }}),

charges as (select * from {{ ref('stg_practice__charges') }}),

imported_postings as (select * from {{ ref('stg_imports__postings') }}),

recorded as (
    select
        postings.* exclude (_known_at),
        transactions.kind as transaction_kind,
        transactions.document_id,
        transactions.reverses_id,
        charges.service_id
    from postings
    left join transactions on postings.transaction_id = transactions.transaction_id
    left join charges on postings.charge_id = charges.charge_id
),

entries as (
    select * from recorded
    union all by name
    select * from imported_postings
),

finished as (
    select
        source,
        {{ keys([
            'posting_id', 'transaction_id', 'charge_id', 'payment_id', 'client_id', 'payer_id', 'provider_id',
            'location_id', 'service_id',
        ]) }},
        posting_id, transaction_id, charge_id, claim_id, payment_id, client_id, payer_id, provider_id, location_id,
        service_id,
        account, party, transaction_kind, document_id, reverses_id, '{{ var("currency") }}' as currency,
        debit_minor, credit_minor, service_date, post_date, known_at
    from entries
)

select * from finished
