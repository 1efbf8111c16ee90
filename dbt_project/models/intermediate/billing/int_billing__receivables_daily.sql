{% set windows = [90, 365] %}
{% set place = ['source', 'location_id', 'provider_id', 'payer_id'] %}
{% set flows = ['charged_90_minor', 'contractual_90_minor', 'charged_365_minor', 'contractual_365_minor'] %}
{% set stocks = ['allowance_minor', 'waiting_minor', 'unbilled_minor'] %}
{% set owed = ['open_minor', 'credit_minor', 'open_over_90_minor'] %}
{% set first_day = first_changed_day() %}
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ forget(this, changed_days('metric_date')) }}",
) }}
with build as (select * from {{ ref('int_build') }}),

receivables as (
    select * from {{ ref('int_billing__aging_daily') }}
    where aging_clock = 'service_date'{% if is_added_to() %} and {{ changed_days('as_of_date') }}{% endif %}
),

money as (
    select
        {{ place | join(', ') }}, metric_date,
        {%- for column in ['charged_minor', 'contractual_minor', 'allowance_minor', 'waiting_minor'] %}
        cast(sum({{ column }}) as bigint) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_billing__money_daily') }}
    group by all
),

-- Numbers stand for places while days are added up.
places as (
    {{ numbered('(select ' ~ place | join(', ') ~ ' from money union select ' ~ place | join(', ') ~ ' from receivables)', place, 'place') }}
),

-- What is owed is unbilled until its party is asked for it for the first time.
unbilled as (
    select
        balances.source, balances.location_id, balances.provider_id, balances.payer_id, balances.balance_minor,
        balances.from_date,
        least(balances.to_date, bills.billed_date) as to_date
    from {{ ref('int_billing__item_balances') }} as balances
    left join {{ ref('int_billing__bills') }} as bills
        on balances.source = bills.source and balances.charge_id = bills.charge_id and balances.party = bills.party
    where balances.balance_minor > 0 and balances.source = 'record'
        and (bills.billed_date is null or bills.billed_date > balances.from_date)
        {% if first_day %}and (balances.to_date is null or balances.to_date > date '{{ first_day }}'){% endif %}

),

-- What was posted counts for as many days as the window is long, its own day included; a balance until it changes.
intervals as (
    {%- for days in windows %}
    select
        place,
        {%- for window in windows %}
        {{ 'charged_minor' if window == days else 0 }} as charged_{{ window }}_minor,
        {{ 'contractual_minor' if window == days else 0 }} as contractual_{{ window }}_minor,
        {%- endfor %}
        0 as allowance_minor, 0 as waiting_minor, 0 as unbilled_minor,
        metric_date as from_date, metric_date + {{ days }} as to_date
    from money
    inner join places on {{ same_place('money', 'places') }}
    where charged_minor <> 0 or contractual_minor <> 0
    union all by name
    {%- endfor %}
    select
        place, allowance_minor, waiting_minor, 0 as unbilled_minor, metric_date as from_date, null as to_date
        {%- for flow in flows %}, 0 as {{ flow }}{% endfor %}
    from money
    inner join places on {{ same_place('money', 'places') }}
    where allowance_minor <> 0 or waiting_minor <> 0
    union all by name
    select
        place, 0 as allowance_minor, 0 as waiting_minor, balance_minor as unbilled_minor, from_date, to_date
        {%- for flow in flows %}, 0 as {{ flow }}{% endfor %}
    from unbilled
    inner join places on {{ same_place('unbilled', 'places') }}
),

money_totals as (
    {{ daily_totals('intervals', ['place'], flows + stocks, '(select today from build)', first_day) }}
),

combined as (
    select
        place, as_of_date as metric_date, open_minor, credit_minor,
        case when bucket in {{ buckets_over(90) }} then open_minor else 0 end as open_over_90_minor,
        {%- for column in flows + stocks %} 0 as {{ column }}{{ ',' if not loop.last }}{% endfor %}
    from receivables
    inner join places on {{ same_place('receivables', 'places') }}
    union all by name
    select *{% for column in owed %}, 0 as {{ column }}{% endfor %}
    from money_totals
),

-- By day, so that a question about some days reads those alone.
totals as (
    select
        place, metric_date,
        {%- for column in owed + flows + stocks %}
        cast(sum({{ column }}) as bigint) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from combined
    group by all
    order by metric_date
)

select {{ place | join(', ') }}, totals.* exclude (place)
from totals
inner join places on totals.place = places.place
