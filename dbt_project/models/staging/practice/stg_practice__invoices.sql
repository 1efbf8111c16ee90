with source as (
    select * from {{ source('practice', 'invoices') }}
),

current_rows as (
    {{ newest_rows('source', 'invoice_id') }}
),

renamed as (
    select
        -- ids
        invoice_id,
        client_id,
        -- strings
        'record' as source,
        party,
        status,
        -- numerics
        number,
        total_minor,
        -- dates
        issued_date,
        due_date,
        -- timestamps
        known_at,
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
