{# A posting changes no day before its own, so days from the first changed one on are worked out anew. #}
{% set first_day = first_changed_day() %}
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ forget(this, changed_days('as_of_date')) }}",
) }}
with build as (select * from {{ ref('int_build') }}),

balances as (
    select * from {{ ref('int_billing__item_balances') }}
    {% if first_day %}where to_date is null or to_date > date '{{ first_day }}'{% endif %}
),

-- Numbers stand for places, clocks and buckets while millions of changes are added up.
places as (
    {{ numbered('balances', ['source', 'location_id', 'provider_id', 'payer_id'], 'place') }}
),

placed as (
    select place, from_date, to_date, balance_minor, service_date, responsibility_date
    from balances
    inner join places on {{ same_place('balances', 'places') }}
),

buckets as (
    select * from (values
        {%- for name, first, after in aging_buckets() %}
        ({{ loop.index0 }}, '{{ name }}', {{ first or -1000000 }}, {{ after or 1000000 }}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as edges (bucket_number, bucket, first_age, after_age)
),

clocked as (
    select *, 1 as clock_number, service_date as clock_date from placed
    union all
    select *, 2 as clock_number, responsibility_date as clock_date from placed
),

-- A balance stands in a bucket from when it is old enough, or changes, until it is too old, or changes.
intervals as (
    select
        place, clock_number, bucket_number,
        greatest(balance_minor, 0) as open_minor,
        greatest(-balance_minor, 0) as credit_minor,
        greatest(from_date, clock_date + first_age) as from_date,
        least(to_date, clock_date + after_age) as to_date
    from clocked
    inner join buckets
        on from_date < clock_date + after_age and (to_date is null or clock_date + first_age < to_date)
),

-- By day, so that a question about some days reads those alone.
totals as (
    select * from (
        {{ daily_totals(
            'intervals', ['place', 'clock_number', 'bucket_number'], ['open_minor', 'credit_minor'],
            '(select today from build)', first_day,
        ) }}
    ) as by_place
    order by metric_date
)

select
    totals.metric_date as as_of_date, places.source, places.location_id, places.provider_id, places.payer_id,
    buckets.bucket,
    case totals.clock_number when 1 then 'service_date' else 'responsibility_date' end as aging_clock,
    totals.open_minor, totals.credit_minor
from totals
inner join places on totals.place = places.place
inner join buckets on totals.bucket_number = buckets.bucket_number
