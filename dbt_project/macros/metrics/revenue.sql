{# What service income is on each of three bases: the cube's column, and the rows behind it. #}
{% macro service_income() -%}
    {{ return({
        'charged': {
            'cube': 'money', 'column': 'charged_service_minor', 'date_role': 'post, start', 'defined': 'MGMA',
            'words': 'Service charges posted in the period less those voided in it, at full fee',
            'rows': {
                'table': 'fct_ledger_entries', 'date': 'post_date', 'where': "source = 'record' and account = '4000'",
                'amount': 'credit_minor - debit_minor',
            },
        },
        'invoiced': {
            'cube': 'billed', 'column': 'invoiced_service_minor', 'date_role': 'issued, start', 'defined': 'Jane, Cliniko',
            'words': 'What invoices issued in the period ask clients for services, void invoices left out (payers are asked by claims, which are not in it)',
            'rows': {
                'table': 'fct_invoice_lines', 'date': 'issued_date', 'where': "not is_void and charge_kind = 'service'",
                'amount': 'amount_minor',
            },
        },
        'collected': {
            'cube': 'applied', 'column': 'applied_service_minor', 'date_role': 'post, start', 'defined': 'Jane',
            'words': 'Money applied to services in the period less what was taken back in it',
            'rows': {
                'table': 'fct_allocations', 'date': 'post_date', 'where': "charge_kind = 'service'",
                'amount': 'amount_minor',
            },
        },
    }) }}
{%- endmacro %}

{#
    Service income on one basis per something else: `scale` is what the income is multiplied by, `per` the part (cube,
    denominator) that it is divided by, `rows2` the rows behind that. Of the record alone: an import with visits and no
    money would give an income of nothing.
#}
{% macro income_per(basis, label, words, scale, per, rows2) -%}
    {%- set income = service_income()[basis] -%}
    {{ return({
        'label': label ~ ', ' ~ basis, 'variant': basis,
        'formula': income.words ~ words ~ ' Missed-visit fees and products are left out; the provider is who gave the service.',
        'unit': 'minor', 'kind': 'additive', 'better': 'up', 'date_role': income.date_role,
        'source_of_definition': income.defined,
        'parts': [
            {'cube': income.cube, 'where': "source = 'record'", 'numerator': income.column ~ scale},
            per,
        ],
        'rows': {
            'table': income.rows.table, 'date': income.rows.date, 'where': income.rows.where,
            'numerator': income.rows.amount if not scale else '(' ~ income.rows.amount ~ ')' ~ scale,
        },
        'rows2': rows2,
    }) }}
{%- endmacro %}

{# What a visit and an hour of care bring, on three bases. #}
{% macro revenue_metrics() -%}
    {%- set found = {} -%}
    {%- set kept_minutes = 'coalesce(kept_minutes, 0) + coalesce(kept_minutes_outside, 0)' -%}
    {%- for basis in service_income() -%}
        {%- do found.update({'revenue_per_visit_' ~ basis: income_per(
            basis, 'Revenue per visit', ' / visits completed in the period.', '',
            {'cube': 'attendance', 'where': "source = 'record'", 'denominator': 'completed'},
            {
                'table': 'fct_appointments', 'date': 'start_date',
                'where': "source = 'record' and counted_as = 'completed'", 'denominator': '1',
            },
        )}) -%}
        {%- do found.update({'revenue_per_hour_' ~ basis: income_per(
            basis, 'Revenue per hour of care', ', × 60 / minutes of completed visits in the period, inside and outside bookable hours, those at the same time once.',
            ' * 60',
            {'cube': 'capacity', 'where': "source = 'record'", 'denominator': kept_minutes},
            {
                'table': 'fct_availability', 'date': 'available_date',
                'where': "source = 'record' and " ~ kept_minutes ~ ' > 0', 'denominator': kept_minutes,
            },
        )}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
