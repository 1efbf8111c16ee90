with lines as (select * from {{ ref('fct_invoice_lines') }}),

invoiced as (
    select
        source, location_id, provider_id, service_id, payer_id, referral_source_id,
        issued_date as metric_date,
        cast(sum(amount_minor) as bigint) as invoiced_minor,
        cast(coalesce(sum(amount_minor) filter (charge_kind = 'service'), 0) as bigint) as invoiced_service_minor
    from lines
    where not is_void
    group by all
)

select * from invoiced order by metric_date
