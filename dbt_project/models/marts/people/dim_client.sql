with recorded as (select * from {{ ref('stg_practice__clients') }}),

imported_visits as (select * from {{ ref('stg_imports__appointments') }}),

imported_clients as (select * from {{ ref('stg_imports__clients') }}),

imported as (
    select source, client_id from imported_clients
    union
    select source, client_id from imported_visits where client_id is not null
),

all_clients as (
    select * from recorded
    union all by name
    select * from imported
),

finished as (
    select
        source,
        {{ keys(['client_id', 'guarantor_client_id', 'referral_source_id', 'location_id', 'provider_id']) }},
        client_id, guarantor_client_id, referral_source_id, location_id, provider_id,
        created_date, created_at, is_active
    from all_clients
)

select * from finished
