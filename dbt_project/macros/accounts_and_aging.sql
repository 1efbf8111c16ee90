{# Aging buckets as [name, first day, day after the last]: day 30 is in the first, day 121 opens the last. #}
{% macro aging_buckets() -%}
    {{ return([['0-30', none, 31], ['31-60', 31, 61], ['61-90', 61, 91], ['91-120', 91, 121], ['120+', 121, none]]) }}
{%- endmacro %}

{# The bucket of an age in days. #}
{% macro aging_bucket(age_days) -%}
    case
        {%- for name, first, after in aging_buckets() if after is not none %}
        when {{ age_days }} < {{ after }} then '{{ name }}'
        {%- endfor %}
        else '{{ aging_buckets()[-1][0] }}'
    end
{%- endmacro %}

{# The buckets of items older than so many days, one of the edges. #}
{% macro buckets_over(days) -%}
    {%- set older = [] -%}
    {%- for name, first, after in aging_buckets() if first is not none and first > days %}{% do older.append(name) %}{% endfor -%}
    ('{{ older | join("', '") }}')
{%- endmacro %}

{# The accounts whose balance is what clients and payers owe. #}
{% macro receivable_accounts() -%} ('1100', '1110') {%- endmacro %}

{# Where money waits until it is applied: a payer's remittance, unapplied, deposits, packages, payer credit, unidentified. #}
{% macro waiting_accounts() -%} ('1040', '2100', '2110', '2120', '2130', '2140') {%- endmacro %}

{# Where money is once received. #}
{% macro cash_accounts() -%} ('1000', '1010', '1020') {%- endmacro %}

{# Money that came in or went back: what lies in the cash accounts, but for what only moves between them or is counted,
   and the interest of payers. #}
{% macro is_received() -%}
    account in {{ cash_accounts() }} and coalesce(transaction_kind, '') not in ('payout', 'cash_count', 'interest')
{%- endmacro %}

{# What charges are posted to: service, missed visits, products. #}
{% macro income_accounts() -%} ('4000', '4010', '4020') {%- endmacro %}

{# What is no longer asked for, but for what a contract does not allow: courtesy, small balance, charity, denial, bad debt. #}
{% macro write_off_classes() -%}
    {{ return({'courtesy': '4110', 'small_balance': '4120', 'charity': '4130', 'denial': '4140', 'bad_debt': '5100'}) }}
{%- endmacro %}

{# Kinds of denials that a practice can avoid: asked too late, not authorised, cover not looked at, papers missing. #}
{% macro avoidable_denials() -%}
    {{ return(['timely_filing', 'no_authorisation', 'no_cover', 'documentation']) }}
{%- endmacro %}

{% macro write_off_accounts() -%} ('{{ write_off_classes().values() | join("', '") }}') {%- endmacro %}

{#
    Income of a charge less what its payer's contract does not allow: service income, contractual adjustments, and the
    estimate of those still to come. Credits less debits of all three are what a service should bring in.
#}
{% macro net_service_accounts() -%} ('4000', '4100', '4105') {%- endmacro %}

{# Debits less credits on the accounts, and the other way round; 0 where nothing was posted. `also`: which of them. #}
{% macro net_debit(accounts, also='true') -%}
    cast(coalesce(sum(debit_minor - credit_minor) filter (account in {{ accounts }} and {{ also }}), 0) as bigint)
{%- endmacro %}

{% macro net_credit(accounts, also='true') -%}
    cast(coalesce(sum(credit_minor - debit_minor) filter (account in {{ accounts }} and {{ also }}), 0) as bigint)
{%- endmacro %}
