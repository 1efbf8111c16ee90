{# An amount that the ledger moved on a day: `column` of the money cube, and the postings behind it. #}
{% macro posted_metric(label, formula, better, column, where, amount) -%}
    {{ return({
        'label': label, 'formula': formula, 'unit': 'minor', 'kind': 'additive', 'better': better, 'date_role': 'post',
        'source_of_definition': 'ledger', 'parts': [{'cube': 'money', 'numerator': column}],
        'rows': {'table': 'fct_ledger_entries', 'date': 'post_date', 'where': where, 'numerator': amount},
    }) }}
{%- endmacro %}

{# What was charged, asked for and paid, each by the day that its own document bears. #}
{% macro money_metrics() -%}
    {{ return({
        'charged': posted_metric(
            'Charged', 'Charges posted on the day less charges voided on the day, at full fee: ledger accounts 4000, 4010 and 4020.',
            'up', 'charged_minor', 'account in ' ~ income_accounts(), 'credit_minor - debit_minor'),
        'invoiced': {
            'label': 'Invoiced',
            'formula': 'What invoices issued on the day ask clients for, by their share of each charge; payments are not taken off. An invoice that is void by now counts on no day: the record does not say on which it was taken back. Payers are asked by claims, which are not in it.',
            'unit': 'minor', 'kind': 'additive', 'better': 'up', 'date_role': 'issued', 'source_of_definition': 'Jane, Cliniko',
            'parts': [{'cube': 'billed', 'numerator': 'invoiced_minor'}],
            'rows': {
                'table': 'fct_invoice_lines', 'date': 'issued_date', 'where': 'not is_void', 'numerator': 'amount_minor',
            },
        },
        'collected': posted_metric(
            'Collected', 'Money received on the day less refunds and voided payments, from clients and payers, applied or not.',
            'up', 'collected_minor', is_received(), 'debit_minor - credit_minor'),
        'collected_applied': {
            'label': 'Collected, applied to charges',
            'formula': 'Payments applied to charges on the day less those taken back on the day, whenever the money came. So it has a provider and a service, which money received has not.',
            'unit': 'minor', 'kind': 'additive', 'better': 'up', 'date_role': 'post', 'source_of_definition': 'Jane',
            'parts': [{'cube': 'applied', 'numerator': 'applied_minor'}],
            'rows': {
                'table': 'fct_allocations', 'date': 'post_date', 'where': 'amount_minor <> 0', 'numerator': 'amount_minor',
            },
        },
        'contractual_adjustments': posted_metric(
            'Contractual adjustments', 'What payers’ contracts do not allow of the fee, posted on the day less what was reversed on it: ledger account 4100. What is only expected is not in it.',
            none, 'contractual_minor', "account = '4100'", 'debit_minor - credit_minor'),
        'write_offs': posted_metric(
            'Write-offs', 'Courtesy, small balances, charity, denials and bad debt, posted on the day less what was reversed or recovered on it: ledger accounts 4110, 4120, 4130, 4140 and 5100.',
            'down', 'write_off_minor', 'account in ' ~ write_off_accounts(), 'debit_minor - credit_minor'),
        'refunds': posted_metric(
            'Refunds', 'Money paid back on the day. A voided payment is none.',
            'down', 'refunded_minor', 'account in ' ~ cash_accounts() ~ " and transaction_kind = 'refund'",
            'credit_minor - debit_minor'),
    }) }}
{%- endmacro %}
