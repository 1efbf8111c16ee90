{# Older batches have no `line_id`: a posting is then its own line. #}
with landed as (
    select * from {{ source('imports', 'postings') }}
    union all by name
    select cast(null as text) as line_id
    where false
),

-- A ledger row that changed replaces all of its postings, so the newest batch of the row counts, not of the posting.
current_rows as (
    select *
    from landed
    qualify rank() over (
        partition by source, coalesce(line_id, posting_id) order by known_at desc, _batch_id desc
    ) = 1
),

renamed as (
    select
        -- ids
        posting_id,
        transaction_id,
        client_id,
        payer_id,
        charge_id,
        claim_id,
        payment_id,
        provider_id,
        location_id,
        -- strings
        source,
        transaction_kind,
        account,
        party,
        -- numerics
        debit_minor,
        credit_minor,
        -- dates
        service_date,
        post_date,
        -- timestamps
        known_at
    from current_rows
)

select * from renamed
