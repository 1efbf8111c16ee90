with source as (
    select * from {{ source('practice', 'postings') }}
),

current_rows as (
    {{ rows_for_good('source') }}
),

renamed as (
    select
        -- ids
        posting_id,
        transaction_id,
        client_id,
        payer_id,
        charge_id,
        payment_id,
        provider_id,
        location_id,
        -- strings
        'record' as source,
        account,
        party,
        -- numerics
        debit_minor,
        credit_minor,
        -- dates
        service_date,
        post_date,
        -- timestamps
        known_at,
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
