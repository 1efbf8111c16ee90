-- Money in the cash accounts is what payments brought, less those voided and what was paid back. Returns the difference.
with compared as (
    select collected_minor as amount_minor from {{ ref('int_billing__money_daily') }} where source = 'record'
    union all
    select refunded_minor - case when is_void then 0 else amount_minor end from {{ ref('fct_payments') }}
)

select sum(amount_minor) as difference_minor
from compared
having sum(amount_minor) <> 0
