-- Charges less voided ones are the ledger's income, for every day. Returns the days that differ.
with moved as (
    select post_date, amount_minor from {{ ref('fct_charges') }}
    union all
    select void_post_date, -amount_minor from {{ ref('fct_charges') }} where is_void
    union all
    select post_date, debit_minor - credit_minor
    from {{ ref('fct_ledger_entries') }}
    where source = 'record' and account in {{ income_accounts() }}
)

select post_date, sum(amount_minor) as difference_minor
from moved
group by post_date
having sum(amount_minor) <> 0
