with source as (
    select * from {{ source('imports', 'clients') }}
),

current_rows as (
    {{ current_rows('source', 'source, client_id', 'known_at desc, _batch_id desc', 'false') }}
),

renamed as (
    select
        -- ids
        client_id,
        -- strings
        source,
        -- timestamps
        known_at
    from current_rows
)

select * from renamed
