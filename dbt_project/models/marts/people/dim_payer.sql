with recorded as (select * from {{ ref('stg_practice__payers') }}),

imported_things as (select * from {{ ref('int_imports__things') }}),

imported as (
    select source, id as payer_id, name as payer_name from imported_things where kind = 'payer'
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
