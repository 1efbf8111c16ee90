with source as (
    select * from {{ source('practice', 'invoice_lines') }}
),

current_rows as (
    {{ newest_rows('source', 'invoice_line_id') }}
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
        _known_at,
        -- the change that the row comes from
        _seq
    from current_rows
)

select * from renamed
