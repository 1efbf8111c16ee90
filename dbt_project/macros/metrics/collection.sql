{#
    How much of what could be collected was: (paid − given back) / (charged − contractual). Without `contractual` it is the
    gross rate, of the full fee. `part` as in `share`.
#}
{% macro collection_rate(paid, charged, given_back='0', contractual='0', part='value') -%}
    {{ share(
        paid if given_back == '0' else '(' ~ paid ~ ') - (' ~ given_back ~ ')',
        charged if contractual == '0' else '(' ~ charged ~ ') - (' ~ contractual ~ ')',
        part,
    ) }}
{%- endmacro %}

{# A collection rate by the month of service: both sides of the same charges. `accounts`: what the ledger shows of them. #}
{% macro cohort_rate(label, formula, source_of_definition, contractual, accounts) -%}
    {{ return({
        'label': label, 'variant': 'cohort', 'formula': formula, 'unit': 'ratio', 'kind': 'additive', 'better': 'up',
        'date_role': 'service', 'source_of_definition': source_of_definition,
        'parts': [{
            'cube': 'cohorts',
            'numerator': collection_rate('applied_minor', 'charged_minor', '0', contractual, 'numerator'),
            'denominator': collection_rate('applied_minor', 'charged_minor', '0', contractual, 'denominator'),
        }],
        'rows': {
            'table': 'fct_allocations', 'date': 'service_date', 'where': "charge_kind = 'service'",
            'numerator': 'amount_minor',
        },
        'rows2': {
            'table': 'fct_ledger_entries', 'date': 'service_date',
            'where': "charge_kind = 'service' and account in " ~ accounts, 'denominator': 'credit_minor - debit_minor',
        },
    }) }}
{%- endmacro %}

{# A collection rate of a period: its money over its charges, whichever charges the money is for. #}
{% macro period_rate(label, formula, source_of_definition, contractual, charges) -%}
    {{ return({
        'label': label, 'variant': 'period', 'formula': formula, 'unit': 'ratio', 'kind': 'additive', 'better': 'up',
        'date_role': 'post', 'source_of_definition': source_of_definition,
        'parts': [
            {
                'cube': 'applied',
                'numerator': collection_rate('applied_service_minor', '0', part='numerator'),
            },
            {
                'cube': 'money', 'where': "source = 'record'",
                'denominator': collection_rate('0', 'charged_service_minor', '0', contractual, 'denominator'),
            },
        ],
        'rows': {
            'table': 'fct_allocations', 'date': 'post_date', 'where': "charge_kind = 'service'",
            'numerator': 'amount_minor',
        },
        'rows2': {
            'table': 'fct_ledger_entries', 'date': 'post_date', 'where': "source = 'record' and " ~ charges,
            'denominator': 'credit_minor - debit_minor',
        },
    }) }}
{%- endmacro %}

{# An allocation of money that a client paid, not a payer. #}
{% macro is_clients_money() -%} party like 'client:%' {%- endmacro %}

{#
    Money of the period over the service income of a month before it: the average of what was posted 30, 60 and 90 days
    earlier, since money comes after the work. Both sides are times three, so that they stay whole.
#}
{% macro cash_collection() -%}
    {%- set months, income = [30, 60, 90], service_income_net() -%}
    {{ return({
        'label': 'Cash collection', 'variant': 'three months before',
        'formula': 'Money applied to services in the period, less what was taken back in it / the average of the net service income posted 30, 60 and 90 days earlier (service charges − contractual adjustments on them − the change of those still expected). Both are shown times three.',
        'unit': 'ratio', 'kind': 'additive', 'better': 'up', 'date_role': 'post',
        'source_of_definition': 'HFMA, cash collection as a percentage of net patient service revenue',
        'parts': [
            {'cube': 'applied', 'numerator': '3 * applied_service_minor'},
            {'cube': 'money', 'where': "source = 'record'", 'denominator': income.column, 'later': months},
        ],
        'rows': {
            'table': 'fct_allocations', 'date': 'post_date', 'where': "charge_kind = 'service'",
            'numerator': '3 * amount_minor',
        },
        'rows2': {
            'table': 'fct_ledger_entries', 'date': 'post_date', 'where': "source = 'record' and " ~ income.where,
            'denominator': income.amount, 'later': months,
        },
    }) }}
{%- endmacro %}

{#
    How much of what was earned has come in. Money counts once it is applied to a charge, so that money waiting, deposits
    and what is paid back are in no rate; missed-visit fees and products are left out on both sides.
#}
{% macro collection_metrics() -%}
    {{ return({
        'net_collection_rate_cohort': cohort_rate(
            'Net collection rate, by month of service', 'Money applied so far to the services of the day, less what was taken back / (their charges − contractual adjustments so far − those still expected). Other write-offs stay in the denominator; void charges and what was applied to them are out. Cohorts younger than about 120 days are still growing. By payer, an adjustment stands with the payer whose contract it is.',
            'AAFP; matched cohorts are our default', 'contractual_minor + expected_contractual_minor',
            net_service_accounts()),
        'net_collection_rate_period': period_rate(
            'Net collection rate, of the period', 'Money applied to services in the period, less what was taken back in it / (service charges posted in the period − contractual adjustments posted in it). Misleads when volume changes: take twelve months.',
            'AAFP, MGMA', 'contractual_service_minor', "(account = '4000' or account = '4100' and charge_kind = 'service')"),
        'gross_collection_rate_cohort': cohort_rate(
            'Gross collection rate, by month of service', 'Money applied so far to the services of the day, less what was taken back / their charges at full fee. Void charges and what was applied to them are out. Depends on the fee list: read it beside the net rate.',
            'MGMA, by cohort', '0', "('4000')"),
        'gross_collection_rate_period': period_rate(
            'Gross collection rate, of the period', 'Money applied to services in the period, less what was taken back in it / service charges posted in the period at full fee. Depends on the fee list: read it beside the net rate.',
            'MGMA', '0', "account = '4000'"),
        'cash_collection_rate': cash_collection(),
        'point_of_service_share': {
            'label': 'Paid by the visit',
            'formula': 'Clients’ money applied in the period that came on the day of the service or before / all clients’ money applied in the period, both less what was taken back. Deposits and packages count once they are applied.',
            'unit': 'ratio', 'kind': 'additive', 'better': 'up', 'date_role': 'post',
            'source_of_definition': 'HFMA, point-of-service cash collections',
            'parts': [{
                'cube': 'applied', 'numerator': 'applied_client_at_visit_minor', 'denominator': 'applied_client_minor',
            }],
            'rows': {
                'table': 'fct_allocations', 'date': 'post_date', 'where': is_clients_money(),
                'numerator': 'case when received_date <= service_date then amount_minor else 0 end',
                'denominator': 'amount_minor',
            },
        },
    }) }}
{%- endmacro %}
