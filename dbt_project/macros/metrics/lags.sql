{# Days between two things that happened to one row, as the median and the 90th percentile: two metrics. #}
{% macro lag_percentiles(name, label, what, rows, date_role, dimensions, source='common') -%}
    {%- set found = {} -%}
    {%- for aggregate, word in {'median': 'median', 'p90': '90th percentile'}.items() -%}
        {%- do found.update({name ~ '_days_' ~ aggregate: {
            'label': label ~ ', ' ~ word,
            'formula': (word | capitalize) ~ ' of the days ' ~ what,
            'unit': 'days', 'kind': 'distribution', 'aggregate': aggregate, 'better': 'down', 'date_role': date_role,
            'source_of_definition': source, 'dimensions': dimensions, 'rows': rows,
        }}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#
    The share of them within one day and within two: the field says 24 and 48 hours, the record knows the days. `cube` has
    `<column>_within_1`, `<column>_within_2` and `<column>_counted`.
#}
{% macro lag_shares(name, label, what, rows, date_role, cube, column, source='common') -%}
    {%- set found = {} -%}
    {%- for days, word in {1: 'by the next day', 2: 'within two days'}.items() -%}
        {%- do found.update({name ~ '_within_' ~ days ~ '_day' ~ ('s' if days > 1) ~ '_rate': {
            'label': label ~ ' ' ~ word,
            'formula': 'Of ' ~ what ~ ' those for which it took at most ' ~ days ~ ' day' ~ ('s' if days > 1) ~ ' / all of them.',
            'unit': 'ratio', 'kind': 'additive', 'better': 'up', 'date_role': date_role, 'source_of_definition': source,
            'parts': [{
                'cube': cube, 'numerator': column ~ '_within_' ~ days, 'denominator': column ~ '_counted',
            }],
            'rows': {
                'table': rows.table, 'date': rows.date, 'where': rows.where, 'denominator': '1',
                'numerator': 'cast(' ~ rows.numerator ~ ' <= ' ~ days ~ ' as bigint)',
            },
        }}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# Rows of a cube with lags: how many there are, and within one and two days. #}
{% macro lag_counts(column, where, lag) -%}
    count(*) filter ({{ where }}) as {{ column }}_counted,
    {%- for days in [1, 2] %}
    count(*) filter ({{ where }} and {{ lag }} <= {{ days }}) as {{ column }}_within_{{ days }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# Which notes, charges, invoice lines and claims have a lag, said once for the cube and for the rows behind it. #}
{% macro lagging() -%}
    {{ return({
        'charge': {
            'table': 'fct_charges', 'date': 'post_date', 'where': "kind = 'service' and not is_void",
            'numerator': 'charge_lag_days',
        },
        'invoice': {
            'table': 'fct_invoice_lines', 'date': 'issued_date', 'numerator': 'issued_date - service_date',
            'where': "not is_void and charge_kind = 'service' and payer_id is null",
        },
        'note': {
            'table': 'fct_appointments', 'date': 'start_date', 'numerator': 'signing_minutes / 1440.0',
            'where': "source = 'record' and counted_as = 'completed' and signing_minutes is not null",
        },
        'claim': {'table': 'fct_claims', 'date': 'sent_date', 'where': 'is_first', 'numerator': 'claim_lag_days'},
    }) }}
{%- endmacro %}

{# How long a service waits to be charged, and its charge to be asked for. Under two days is good, over five risky. #}
{% macro lag_metrics() -%}
    {%- set all = dimensions() -%}
    {%- set rows = lagging() -%}
    {%- set found = {} -%}
    {%- for part in [
        lag_percentiles(
            'note_lag', 'Note lag', 'from the end of a completed visit to the signing of its note, by the day of the visit, in parts of days; what is not signed yet is left out, and is on the To do list.',
            rows.note, 'start', all),
        lag_shares('signed', 'Note signed', 'notes of visits of the period that are signed', rows.note, 'start', 'attendance', 'notes'),
        lag_percentiles(
            'charge_lag', 'Charge lag', 'from service to the posting of its charge, by the day of posting; voided charges, missed-visit fees and products are left out.',
            rows.charge, 'post', all),
        lag_shares('charged', 'Charged', 'services charged in the period', rows.charge, 'post', 'billed', 'charges'),
        lag_percentiles(
            'invoice_lag', 'Invoice lag', 'from the service to the invoice for it, where no payer is asked, by the day of issue; void invoices are left out.',
            rows.invoice, 'issued', all),
        lag_shares(
            'invoiced', 'Invoiced', 'services without a payer that were invoiced in the period', rows.invoice, 'issued',
            'billed', 'invoices'),
        lag_percentiles(
            'claim_lag', 'Claim lag', 'from the visit to the sending of its first claim, by the day of sending.',
            rows.claim, 'sent', ['location', 'provider', 'payer']),
        lag_shares('claimed', 'Claimed', 'first claims sent in the period', rows.claim, 'sent', 'claims', 'claims'),
    ] -%}
        {%- do found.update(part) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
