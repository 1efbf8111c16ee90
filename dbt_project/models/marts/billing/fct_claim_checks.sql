with checks as (select * from {{ ref('stg_practice__claim_checks') }}),

finished as (
    select
        source,
        {{ keys(['claim_check_id', 'client_id', 'payer_id', 'provider_id', 'location_id']) }},
        claim_check_id, client_id, payer_id, provider_id, location_id,
        rank,
        '{{ var("currency") }}' as currency,
        total_minor,
        is_clean,
        failed,
        service_date, entered_date, known_at
    from checks
)

select * from finished
