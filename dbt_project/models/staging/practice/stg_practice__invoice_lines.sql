with source as (
    select * from {{ source('practice', 'invoice_lines') }}
),

current_rows as (
    {{ current_rows('source', 'invoice_line_id') }}
),

renamed as (
    select
        -- ids
        invoice_line_id,
        invoice_id,
        charge_id,
        -- strings
        'record' as source,
        party,
        live_key,
        -- numerics
        amount_minor,
        -- timestamps
        _known_at
    from current_rows
)

select * from renamed
