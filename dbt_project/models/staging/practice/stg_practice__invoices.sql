with source as (
    select * from {{ source('practice', 'invoices') }}
),

current_rows as (
    {{ current_rows('source', 'invoice_id') }}
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
        _known_at
    from current_rows
)

select * from renamed
