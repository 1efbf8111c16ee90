-- Law 5: the debits of a transaction equal its credits. Returns the transactions that do not balance.
-- depends_on: {{ ref('int_build') }}
with entries as (select * from {{ ref('int_billing__entries') }})

select source, transaction_id, sum(debit_minor) as debits, sum(credit_minor) as credits
from entries
where source = 'record'
    {%- if is_added_to() %} and transaction_id in (select transaction_id from entries where {{ is_new() }}){% endif %}
group by source, transaction_id
having sum(debit_minor) <> sum(credit_minor)
