-- Law 6 for each party: open items, credits taken off, are the party's balance. Today and at three days before.
with build as (select * from {{ ref('int_build') }}),

entries as (select * from {{ ref('fct_ledger_entries') }} where account in {{ receivable_accounts() }}),

compared as (
    {%- for days in [0, 30, 90, 365] %}
    select {{ days }} as days_ago, source, party, debit_minor - credit_minor as ledger_minor, 0 as ar_minor
    from entries
    where post_date <= (select today - {{ days }} from build)
    union all
    select {{ days }}, source, party, 0, open_minor - credit_minor
    from {{ ref('ar_as_of') }}((select today - {{ days }} from build))
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select days_ago, source, party, sum(ledger_minor) as ledger_minor, sum(ar_minor) as ar_minor
from compared
group by days_ago, source, party
having sum(ledger_minor) <> sum(ar_minor)
