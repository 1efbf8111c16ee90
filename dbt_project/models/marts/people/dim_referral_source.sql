with recorded as (select * from {{ ref('stg_practice__referral_sources') }}),

finished as (
    select
        source,
        {{ keys(['referral_source_id']) }},
        referral_source_id,
        referral_source_name, referral_source_kind, is_active
    from recorded
)

select * from finished
