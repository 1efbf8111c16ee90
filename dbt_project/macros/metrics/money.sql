{# An amount that the ledger moved on a day: `column` of the money cube, and the postings behind it. #}
{% macro posted_metric(label, formula, better, column, where, amount) -%}
    {{ return({
        'label': label, 'formula': formula, 'unit': 'minor', 'kind': 'additive', 'better': better, 'date_role': 'post',
        'source_of_definition': 'ledger', 'parts': [{'cube': 'money', 'numerator': column}],
        'rows': {'table': 'fct_ledger_entries', 'date': 'post_date', 'where': where, 'numerator': amount},
    }) }}
{%- endmacro %}

{# What was charged and what came in, by the day that it was posted. #}
{% macro money_metrics() -%}
    {{ return({
        'charged': posted_metric(
            'Charged', 'Charges posted on the day less charges voided on the day, at full fee: ledger accounts 4000, 4010 and 4020.',
            'up', 'charged_minor', 'account in ' ~ income_accounts(), 'credit_minor - debit_minor'),
        'collected': posted_metric(
            'Collected', 'Money received on the day less refunds and voided payments, from clients and payers, applied or not.',
            'up', 'collected_minor', 'account in ' ~ cash_accounts(), 'debit_minor - credit_minor'),
    }) }}
{%- endmacro %}
