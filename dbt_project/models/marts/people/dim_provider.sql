with recorded as (select * from {{ ref('stg_practice__providers') }}),

imported_things as (select * from {{ ref('int_imports__things') }}),

imported as (
    select source, id as provider_id from imported_things where kind = 'provider'
),

all_providers as (
    select * from recorded
    union all by name
    select * from imported
),

finished as (
    select
        source,
        {{ keys(['provider_id']) }},
        provider_id,
        provider_code, discipline, started_date, ended_date, is_active
    from all_providers
)

select * from finished
