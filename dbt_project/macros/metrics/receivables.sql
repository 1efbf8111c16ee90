{# A balance at the end of a day: `numerator` of the receivables cube, `less` a part of another, and the rows behind it. #}
{% macro balance_metric(label, formula, numerator, rows, less=none) -%}
    {{ return({
        'label': label, 'formula': formula, 'unit': 'minor', 'kind': 'semi_additive', 'better': 'down', 'date_role': 'as_of',
        'source_of_definition': 'ledger', 'parts': [{'cube': 'receivables', 'numerator': numerator}] + ([less] if less else []), 'rows': rows,
    }) }}
{%- endmacro %}

{# The rows of ar_daily behind what is owed on a day: `amount` of each; `whole`, the denominator, if there is one. #}
{% macro owed_rows(amount, whole=none) -%}
    {%- set rows = {
        'table': 'ar_daily', 'date': 'as_of_date', 'numerator': amount,
        'where': "aging_clock = 'service_date' and " ~ (whole or amount) ~ ' <> 0',
    } -%}
    {%- if whole -%} {%- do rows.update({'denominator': whole}) -%} {%- endif -%}
    {{ return(rows) }}
{%- endmacro %}

{# The open items of a day that nobody was asked for yet: `amount` of each. #}
{% macro unbilled_rows(amount) -%}
    {{ return({'table': 'ar_as_of', 'date': 'as_of_date', 'where': 'unbilled_minor <> 0', 'numerator': amount}) }}
{%- endmacro %}

{#
    Days in AR of one variant, with charges of the last 90 days; or months, with those of the last year. Behind it are what is
    owed on the day and the postings of its window to `accounts`; without those, the day's own totals, for what is expected
    belongs to no open item.
#}
{% macro days_metric(label, variant, formula, source_of_definition, open, charges, accounts=none, unit='days') -%}
    {%- set window, times = {'days': (90, 90), 'months': (365, 12)}[unit] -%}
    {%- set over = days_in_ar(open, charges, times, 'numerator') -%}
    {%- set under = days_in_ar(open, charges, times, 'denominator') -%}
    {%- set spec = {
        'label': label, 'variant': variant, 'formula': formula, 'unit': unit, 'kind': 'semi_additive', 'better': 'down',
        'date_role': 'as_of', 'source_of_definition': source_of_definition,
        'parts': [{'cube': 'receivables', 'numerator': over, 'denominator': under}],
    } -%}
    {%- if accounts -%}
        {%- do spec.update({'rows': owed_rows(over), 'rows2': {
            'table': 'fct_ledger_entries', 'date': 'post_date', 'days': window, 'where': 'account in ' ~ accounts,
            'denominator': 'credit_minor - debit_minor',
        }}) -%}
    {%- else -%}
        {%- do spec.update({'rows': {
            'table': 'receivables_daily', 'date': 'as_of_date', 'where': over ~ ' <> 0 or ' ~ under ~ ' <> 0',
            'numerator': over, 'denominator': under,
        }}) -%}
    {%- endif -%}
    {{ return(spec) }}
{%- endmacro %}

{# What is owed at the end of a day. #}
{% macro receivable_metrics() -%}
    {%- set net_charges = 'charged_90_minor - contractual_90_minor' -%}
    {%- set net_accounts = income_accounts() | replace(')', ", '4100')") -%}
    {{ return({
        'ar_open': balance_metric(
            'Accounts receivable', 'Open items (charge × party) that are owed at the end of the day; credits are not subtracted.',
            'open_minor', owed_rows('open_minor')),
        'ar_due': balance_metric(
            'Receivables, due only', 'Open items at the end of the day without what payment plans put off until later instalments.',
            'open_minor', {'table': 'ar_as_of', 'date': 'as_of_date', 'where': 'due_minor <> 0', 'numerator': 'due_minor'},
            less={'cube': 'put_off', 'numerator': '-put_off_minor'}),
        'ar_credit': balance_metric(
            'Credit items', 'Open items in credit at the end of the day, as a positive amount; only imported history has any.',
            'credit_minor', owed_rows('credit_minor')),
        'unapplied_credit': balance_metric(
            'Unapplied money', 'Money held for clients and payers at the end of the day: unapplied payments, deposits, packages, payer credit.',
            'waiting_minor', {
                'table': 'fct_ledger_entries', 'date': 'post_date', 'where': 'account in ' ~ waiting_accounts(),
                'numerator': 'credit_minor - debit_minor',
            }),
        'ar_unbilled': balance_metric(
            'Not yet asked for', 'Open items at the end of the day that no invoice (of a client) and no claim (of a payer) has asked for yet.',
            'unbilled_minor', unbilled_rows('unbilled_minor')),
        'unbilled_days': {
            'label': 'Unbilled days', 'variant': 'as DNFB',
            'formula': 'Open items that nobody was asked for yet × 90 / charges of the last 90 days, the day itself included.',
            'unit': 'days', 'kind': 'semi_additive', 'better': 'down', 'date_role': 'as_of',
            'source_of_definition': 'HFMA, days in total discharged not final billed',
            'parts': [{
                'cube': 'receivables', 'where': "source = 'record'",
                'numerator': days_in_ar('unbilled_minor', 'charged_90_minor', 90, 'numerator'),
                'denominator': days_in_ar('unbilled_minor', 'charged_90_minor', 90, 'denominator'),
            }],
            'rows': unbilled_rows(days_in_ar('unbilled_minor', 'charged_90_minor', 90, 'numerator')),
            'rows2': {
                'table': 'fct_ledger_entries', 'date': 'post_date', 'days': 90,
                'where': "source = 'record' and account in " ~ income_accounts(),
                'denominator': 'credit_minor - debit_minor',
            },
        },
        'ar_over_90_rate': {
            'label': 'Receivables older than 90 days', 'formula': 'Open items from the 91st day after the service / all open items, at the end of the day; credits are not subtracted.',
            'unit': 'ratio', 'kind': 'semi_additive', 'better': 'down', 'date_role': 'as_of', 'source_of_definition': 'MGMA, AAFP',
            'parts': [{
                'cube': 'receivables',
                'numerator': share('open_over_90_minor', 'open_minor', 'numerator'),
                'denominator': share('open_over_90_minor', 'open_minor', 'denominator'),
            }],
            'rows': owed_rows('case when bucket in ' ~ buckets_over(90) ~ ' then open_minor else 0 end', 'open_minor'),
        },
        'days_in_ar_gross': days_metric(
            'Days in AR, gross', 'a', 'Open receivables × 90 / charges of the last 90 days, the day itself included.',
            'PCC', 'open_minor', 'charged_90_minor', income_accounts()),
        'days_in_ar_gross_net_of_credits': days_metric(
            'Days in AR, gross, net of credits', 'b', '(Open receivables − credit items) × 90 / charges of the last 90 days; credits are subtracted once.',
            'AAPC', 'open_minor - credit_minor', 'charged_90_minor', income_accounts()),
        'days_in_ar_adjusted': days_metric(
            'Days in AR, adjusted', 'c', 'Open receivables × 90 / (charges − contractual adjustments) of the last 90 days.',
            'MGMA, with a window of 90 days', 'open_minor', net_charges, net_accounts),
        'days_in_ar_net': days_metric(
            'Days in AR, net', 'd', '(Open receivables − contractual adjustments still expected) × 90 / (charges − contractual adjustments) of the last 90 days.',
            'HFMA, with a window of 90 days', 'open_minor - allowance_minor', net_charges),
        'months_in_ar_gross': days_metric(
            'Months in AR, gross', 'e', 'Open receivables × 12 / charges of the last 365 days, the day itself included. A practice younger than a year has more.',
            'MGMA', 'open_minor', 'charged_365_minor', income_accounts(), unit='months'),
        'months_in_ar_adjusted': days_metric(
            'Months in AR, adjusted', 'e, adjusted', 'Open receivables × 12 / (charges − contractual adjustments) of the last 365 days. A practice younger than a year has more.',
            'MGMA', 'open_minor', 'charged_365_minor - contractual_365_minor', net_accounts, unit='months'),
    }) }}
{%- endmacro %}
