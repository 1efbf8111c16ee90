{# A balance at the end of a day: `columns` of the receivables cube; `amount` of ar_daily's rows, if it has any. #}
{% macro balance_metric(label, formula, numerator, amount=none) -%}
    {%- set spec = {
        'label': label, 'formula': formula, 'unit': 'minor', 'kind': 'semi_additive', 'better': 'down', 'date_role': 'as_of',
        'source_of_definition': 'ledger', 'parts': [{'cube': 'receivables', 'numerator': numerator}],
    } -%}
    {%- if amount -%}
        {%- do spec.update({'rows': {
            'table': 'ar_daily', 'date': 'as_of_date', 'numerator': amount,
            'where': "aging_clock = 'service_date' and " ~ amount ~ ' <> 0',
        }}) -%}
    {%- endif -%}
    {{ return(spec) }}
{%- endmacro %}

{# Days in AR of one variant, with charges of the last 90 days. #}
{% macro days_metric(label, variant, formula, source_of_definition, open, charges) -%}
    {{ return({
        'label': label, 'variant': variant, 'formula': formula, 'unit': 'days', 'kind': 'semi_additive', 'better': 'down',
        'date_role': 'as_of', 'source_of_definition': source_of_definition,
        'parts': [{
            'cube': 'receivables',
            'numerator': days_in_ar(open, charges, 90, 'numerator'),
            'denominator': days_in_ar(open, charges, 90, 'denominator'),
        }],
    }) }}
{%- endmacro %}

{# What is owed at the end of a day. #}
{% macro receivable_metrics() -%}
    {%- set net_charges = 'charged_90_minor - contractual_90_minor' -%}
    {{ return({
        'ar_open': balance_metric(
            'Accounts receivable', 'Open items (charge × party) that are owed at the end of the day; credits are not subtracted.',
            'open_minor', 'open_minor'),
        'ar_credit': balance_metric(
            'Credit items', 'Open items in credit at the end of the day, as a positive amount; only imported history has any.',
            'credit_minor', 'credit_minor'),
        'unapplied_credit': balance_metric(
            'Unapplied money', 'Money held for clients and payers at the end of the day: unapplied payments, deposits, packages, payer credit.',
            'waiting_minor'),
        'days_in_ar_gross': days_metric(
            'Days in AR, gross', 'a', 'Open receivables × 90 / charges of the last 90 days, the day itself included.',
            'PCC', 'open_minor', 'charged_90_minor'),
        'days_in_ar_gross_net_of_credits': days_metric(
            'Days in AR, gross, net of credits', 'b', '(Open receivables − credit items) × 90 / charges of the last 90 days; credits are subtracted once.',
            'AAPC', 'open_minor - credit_minor', 'charged_90_minor'),
        'days_in_ar_adjusted': days_metric(
            'Days in AR, adjusted', 'c', 'Open receivables × 90 / (charges − contractual adjustments) of the last 90 days.',
            'MGMA, with a window of 90 days', 'open_minor', net_charges),
        'days_in_ar_net': days_metric(
            'Days in AR, net', 'd', '(Open receivables − contractual adjustments still expected) × 90 / (charges − contractual adjustments) of the last 90 days.',
            'HFMA, with a window of 90 days', 'open_minor - allowance_minor', net_charges),
    }) }}
{%- endmacro %}
