-- What payments say is unapplied waits in the ledger's accounts for it. Returns the difference, if any.
with held as (
    select unapplied_minor as amount_minor from {{ ref('fct_payments') }}
    union all
    select debit_minor - credit_minor
    from {{ ref('int_billing__entries') }}
    where source = 'record' and account in {{ waiting_accounts() }}
)

select sum(amount_minor) as difference_minor
from held
having sum(amount_minor) <> 0
