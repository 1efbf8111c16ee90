with source as (
    select * from {{ source('practice', 'referral_sources') }}
),

current_rows as (
    {{ newest_rows('source', 'referral_source_id') }}
),

renamed as (
    select
        -- ids
        referral_source_id,
        -- strings
        'record' as source,
        name as referral_source_name,
        kind as referral_source_kind,
        -- booleans
        is_active,
        -- timestamps
        _known_at
    from current_rows
)

select * from renamed
