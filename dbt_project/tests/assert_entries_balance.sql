-- Law 5: the debits of a transaction equal its credits. Returns the transactions that do not balance.
select source, transaction_id, sum(debit_minor) as debits, sum(credit_minor) as credits
from {{ ref('fct_ledger_entries') }}
where source = 'record'
group by source, transaction_id
having sum(debit_minor) <> sum(credit_minor)
