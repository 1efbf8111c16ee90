{{ config(materialized='incremental', unique_key='invoice_line_key', on_schema_change='fail') }}
-- depends_on: {{ ref('int_build') }}
with lines as (select * from {{ ref('stg_practice__invoice_lines') }}),

invoices as (select * from {{ ref('stg_practice__invoices') }}),

charges as (select * from {{ ref('fct_charges') }}),

joined as (
    select
        lines.source, lines.invoice_line_id, lines.invoice_id, lines.charge_id, lines.party, lines.amount_minor,
        invoices.number as invoice_number,
        invoices.status = 'void' as is_void,
        invoices.issued_date, invoices.due_date, invoices.known_at,
        charges.client_id, charges.provider_id, charges.location_id, charges.service_id, charges.payer_id,
        charges.referral_source_id,
        charges.kind as charge_kind,
        charges.service_date,
        greatest(lines._seq, invoices._seq, charges.feed_seq) as feed_seq
    from lines
    inner join invoices on lines.invoice_id = invoices.invoice_id
    left join charges on lines.charge_id = charges.charge_id
),

finished as (
    select
        source,
        {{ keys([
            'invoice_line_id', 'invoice_id', 'charge_id', 'client_id', 'payer_id', 'provider_id', 'location_id',
            'service_id', 'referral_source_id',
        ]) }},
        invoice_line_id, invoice_id, charge_id, client_id, payer_id, provider_id, location_id, service_id,
        referral_source_id,
        party, charge_kind, '{{ var("currency") }}' as currency,
        invoice_number, amount_minor,
        is_void,
        service_date, issued_date, due_date, known_at, feed_seq
    from joined
    where {{ is_new() }}
)

select * from finished
