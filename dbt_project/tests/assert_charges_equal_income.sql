-- Charges less voided ones are the ledger's income, for every day. Returns the days that differ.
-- depends_on: {{ ref('int_build') }}
with charges as (select * from {{ ref('fct_charges') }}),

entries as (select * from {{ ref('int_billing__entries') }}),

{% if is_added_to() %}
-- Nothing has changed on any other day.
days as (
    select post_date from charges where {{ is_new() }}
    union
    select void_post_date from charges where {{ is_new() }} and is_void
    union
    select post_date from entries where {{ is_new() }}
),
{% endif %}

moved as (
    select post_date, amount_minor from charges
    union all
    select void_post_date, -amount_minor from charges where is_void
    union all
    select post_date, debit_minor - credit_minor
    from entries
    where source = 'record' and account in {{ income_accounts() }}
)

select post_date, sum(amount_minor) as difference_minor
from moved
{% if is_added_to() %}where post_date in (select post_date from days){% endif %}
group by post_date
having sum(amount_minor) <> 0
