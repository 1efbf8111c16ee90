with recorded as (select * from {{ ref('stg_practice__payers') }}),

imported_visits as (select * from {{ ref('stg_imports__appointments') }}),

-- Exports name these by id alone.
imported as (
    select distinct source, payer_id from imported_visits where payer_id is not null
),

all_payers as (
    select * from recorded
    union all by name
    select * from imported
),

finished as (
    select
        source,
        {{ keys(['payer_id']) }},
        payer_id,
        payer_name, payer_kind, is_active
    from all_payers
)

select * from finished
