{#
    What of a class was written off in the period, of its charges. `net`: of what contracts leave of them, service income
    alone; else of all that was charged at full fee. Both sides by accounting date; a reversal lowers its own class.
#}
{% macro write_off_rate(label, class, words, column, where, net=false, better='down', source='HFMA') -%}
    {%- set income = service_income_net() -%}
    {{ return({
        'label': label, 'variant': class,
        'formula': words ~ ', posted in the period less what was reversed in it / ' ~ (
            income.words if net else 'charges posted in the period at full fee less those voided in it') ~ '.',
        'unit': 'ratio', 'kind': 'additive', 'better': better, 'date_role': 'post', 'source_of_definition': source,
        'parts': [{
            'cube': 'money', 'where': "source = 'record'", 'numerator': column,
            'denominator': income.column if net else 'charged_minor',
        }],
        'rows': {
            'table': 'fct_ledger_entries', 'date': 'post_date', 'where': "source = 'record' and " ~ where,
            'numerator': 'debit_minor - credit_minor',
        },
        'rows2': {
            'table': 'fct_ledger_entries', 'date': 'post_date',
            'where': "source = 'record' and " ~ (income.where if net else 'account in ' ~ income_accounts()),
            'denominator': income.amount if net else 'credit_minor - debit_minor',
        },
    }) }}
{%- endmacro %}

{# What services should bring by the contracts as known when it was posted: the cube's column, and the postings behind it. #}
{% macro service_income_net() -%}
    {{ return({
        'column': 'net_service_minor',
        'words': 'net service income of the period: service charges − contractual adjustments on them − the change of those still expected',
        'where': "(account in ('4000', '1190') or account = '4100' and charge_kind = 'service')",
        'amount': "case when account = '1190' then debit_minor - credit_minor else credit_minor - debit_minor end",
    }) }}
{%- endmacro %}

{# Denials that better work would have spared, over what contracts leave of the charges of the period. #}
{% macro avoidable_write_offs() -%}
    {%- set kinds = avoidable_denials() -%}
    {{ return({
        'label': 'Avoidable write-offs, of adjusted charges', 'variant': 'avoidable',
        'formula': 'Denials given up because they were asked too late, were not authorised, the cover was not in force, or papers were missing / (charges − contractual adjustments), all posted in the period less what was reversed in it.',
        'unit': 'ratio', 'kind': 'additive', 'better': 'down', 'date_role': 'post', 'source_of_definition': 'ours',
        'parts': [{
            'cube': 'money', 'where': "source = 'record'",
            'numerator': kinds | join('_minor + ') ~ '_minor', 'denominator': 'charged_minor - contractual_minor',
        }],
        'rows': {
            'table': 'fct_ledger_entries', 'date': 'post_date', 'numerator': 'debit_minor - credit_minor',
            'where': "source = 'record' and account = '4140' and denial_kind <> 'other'",
        },
        'rows2': {
            'table': 'fct_ledger_entries', 'date': 'post_date', 'denominator': 'credit_minor - debit_minor',
            'where': "source = 'record' and account in " ~ income_accounts() | replace(')', ", '4100')"),
        },
    }) }}
{%- endmacro %}

{# What is not asked for any more, by why: each class under the name and over the denominator that the field has for it. #}
{% macro write_off_metrics() -%}
    {{ return({
        'write_off_rate_contractual': write_off_rate(
            'Contractual adjustments, of charges', 'contractual', 'What payers’ contracts do not allow of the fee',
            'contractual_minor', "account = '4100'", better=none, source='ledger'),
        'write_off_rate_courtesy': write_off_rate(
            'Courtesy, of charges', 'courtesy', 'Let go as a courtesy, waived fees among it', 'courtesy_minor',
            "account = '4110'", source='ledger'),
        'write_off_rate_small_balance': write_off_rate(
            'Small balances, of charges', 'small balance', 'Balances too small to ask for', 'small_balance_minor',
            "account = '4120'", source='ledger'),
        'write_off_rate_charity': write_off_rate(
            'Charity, of charges', 'charity', 'Let go for those who cannot pay', 'charity_minor', "account = '4130'",
            better=none),
        'write_off_rate_bad_debt': write_off_rate(
            'Bad debt, of charges', 'bad debt', 'Bad debt, less what was recovered of it', 'bad_debt_minor',
            "account = '5100'"),
        'write_off_rate_denial': write_off_rate(
            'Denials written off, of net service income', 'denial', 'Denials given up', 'denial_minor',
            "account = '4140'", net=true),
        'write_off_rate_timely_filing': write_off_rate(
            'Asked too late, of net service income', 'timely filing', 'Denials given up that payers had said no to because they were asked too late (reason 29)',
            'timely_filing_minor', "account = '4140' and denial_kind = 'timely_filing'", net=true),
        'write_off_rate_no_authorisation': write_off_rate(
            'Not authorised, of net service income', 'no authorisation', 'Denials given up for want of an authorisation (reasons 15, 39, 197, 198, 243)',
            'no_authorisation_minor', "account = '4140' and denial_kind = 'no_authorisation'", net=true),
        'write_off_rate_avoidable': avoidable_write_offs(),
    }) }}
{%- endmacro %}
