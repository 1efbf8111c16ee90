-- Law 6 for each party: open items, credits taken off, are the party's balance. Today and at three days before; on top of
-- the last good build today alone, and only if something has been posted since: the function is the same.
{% set days_ago = [0, 30, 90, 365] if not is_added_to() else [0] if has_new_entries() else [] %}
with build as (select * from {{ ref('int_build') }}),

entries as (select * from {{ ref('int_billing__entries') }} where account in {{ receivable_accounts() }}),

compared as (
    {%- for days in days_ago %}
    select {{ days }} as days_ago, source, party, debit_minor - credit_minor as ledger_minor, 0 as ar_minor
    from entries
    where post_date <= (select today - {{ days }} from build)
    union all
    select {{ days }}, source, party, 0, open_minor - credit_minor
    from {{ ref('ar_as_of') }}((select today - {{ days }} from build))
    {{ 'union all' if not loop.last }}
    {%- else %}
    select 0 as days_ago, source, party, 0 as ledger_minor, 0 as ar_minor from entries where false
    {%- endfor %}
)

select days_ago, source, party, sum(ledger_minor) as ledger_minor, sum(ar_minor) as ar_minor
from compared
group by days_ago, source, party
having sum(ledger_minor) <> sum(ar_minor)
