with recorded as (select * from {{ ref('stg_practice__providers') }}),

imported_visits as (select * from {{ ref('stg_imports__appointments') }}),

-- Exports name these by id alone.
imported as (
    select distinct source, provider_id from imported_visits where provider_id is not null
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
