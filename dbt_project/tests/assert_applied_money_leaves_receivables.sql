-- Applied by day, as the cube, the allocations and the ledger's receivables have it. Returns the days that differ.
with compared as (
    select metric_date, applied_minor as cube_minor, 0 as fact_minor, 0 as ledger_minor
    from {{ ref('int_billing__applied_daily') }}
    union all
    select post_date, 0, amount_minor, 0 from {{ ref('fct_allocations') }}
    union all
    select post_date, 0, 0, credit_minor - debit_minor
    from {{ ref('fct_ledger_entries') }}
    where source = 'record' and account in {{ receivable_accounts() }} and payment_id is not null
)

select
    metric_date, sum(cube_minor) as cube_minor, sum(fact_minor) as fact_minor, sum(ledger_minor) as ledger_minor
from compared
group by metric_date
having sum(cube_minor) <> sum(fact_minor) or sum(fact_minor) <> sum(ledger_minor)
