{#
    What payment plans put off at the end of each day: of what is open of a plan's charges, as much as its later
    instalments come to, on the newest charges. On the day on which a plan is ended nothing of it is put off any more.
#}
with build as (select * from {{ ref('int_build') }}),

plans as (select * from {{ ref('stg_practice__payment_plans') }}),

plan_items as (select * from {{ ref('stg_practice__plan_items') }}),

instalments as (select * from {{ ref('stg_practice__instalments') }}),

balances as (
    select * from {{ ref('int_billing__item_balances') }} where source = 'record' and balance_minor > 0
),

last_days as (select payment_plan_id, max(due_date) as last_date from instalments group by payment_plan_id),

days as (
    select
        plans.payment_plan_id, plans.known_at,
        cast(unnest(generate_series(
            plans.agreed_date,
            least(build.today, last_days.last_date - 1, coalesce(plans.ended_date, date '9999-12-31') - 1),
            interval 1 day
        )) as date) as metric_date
    from plans
    inner join last_days on plans.payment_plan_id = last_days.payment_plan_id
    cross join build
),

later as (
    select days.payment_plan_id, days.metric_date, sum(instalments.amount_minor) as later_minor
    from days
    inner join instalments
        on days.payment_plan_id = instalments.payment_plan_id and instalments.due_date > days.metric_date
    group by days.payment_plan_id, days.metric_date
),

-- What came to be owed after the plan was agreed is no part of it.
planned as (
    select
        days.payment_plan_id, days.metric_date, days.known_at,
        plan_items.charge_id, plan_items.party,
        balances.client_id, balances.location_id, balances.provider_id, balances.payer_id, balances.service_date,
        least(balances.balance_minor, plan_items.amount_minor) as planned_minor
    from days
    inner join plan_items on days.payment_plan_id = plan_items.payment_plan_id
    inner join balances
        on plan_items.charge_id = balances.charge_id and plan_items.party = balances.party
        and balances.from_date <= days.metric_date
        and (balances.to_date is null or balances.to_date > days.metric_date)
),

newest_first as (
    select
        *,
        coalesce(sum(planned_minor) over (
            partition by payment_plan_id, metric_date
            order by service_date desc, charge_id desc
            rows between unbounded preceding and 1 preceding
        ), 0) as newer_minor
    from planned
)

select
    'record' as source,
    newest_first.metric_date, newest_first.payment_plan_id, newest_first.charge_id, newest_first.party,
    newest_first.client_id, newest_first.location_id, newest_first.provider_id, newest_first.payer_id,
    newest_first.known_at,
    cast(least(newest_first.planned_minor, later.later_minor - newest_first.newer_minor) as bigint) as put_off_minor
from newest_first
inner join later
    on newest_first.payment_plan_id = later.payment_plan_id and newest_first.metric_date = later.metric_date
where later.later_minor > newest_first.newer_minor
order by newest_first.metric_date
