{% set rows = lagging() %}
{% set place = ['source', 'location_id', 'provider_id', 'service_id', 'payer_id', 'referral_source_id'] %}
with lines as (select * from {{ ref('fct_invoice_lines') }}),

charges as (select * from {{ ref('fct_charges') }}),

invoiced as (
    select
        {{ place | join(', ') }}, issued_date as metric_date,
        cast(sum(amount_minor) as bigint) as invoiced_minor,
        cast(coalesce(sum(amount_minor) filter (charge_kind = 'service'), 0) as bigint) as invoiced_service_minor,
        {{ lag_counts('invoices', rows.invoice.where, rows.invoice.numerator) }}
    from lines
    where not is_void
    group by all
),

charged as (
    select
        {{ place | join(', ') }}, post_date as metric_date,
        {{ lag_counts('charges', rows.charge.where, rows.charge.numerator) }}
    from charges
    where {{ rows.charge.where }}
    group by all
),

together as (
    select * from invoiced
    union all by name
    select * from charged
),

by_day as (
    select
        {{ place | join(', ') }}, metric_date,
        {%- for measure in [
            'invoiced_minor', 'invoiced_service_minor', 'invoices_counted', 'invoices_within_1', 'invoices_within_2',
            'charges_counted', 'charges_within_1', 'charges_within_2',
        ] %}
        cast(coalesce(sum({{ measure }}), 0) as bigint) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from together
    group by all
)

select * from by_day order by metric_date
