with balances as (select * from {{ ref('int_billing__item_balances') }}),

build as (select * from {{ ref('int_build') }}),

clocked as (
    select *, 'service_date' as aging_clock, service_date as clock_date from balances
    union all
    select *, 'responsibility_date' as aging_clock, responsibility_date as clock_date from balances
),

-- A balance stands in a bucket from when it is old enough, or changes, until it is too old, or changes.
intervals as (
    {%- for name, first, after in aging_buckets() %}
    select
        source, location_id, provider_id, payer_id, aging_clock, '{{ name }}' as bucket,
        greatest(balance_minor, 0) as open_minor,
        greatest(-balance_minor, 0) as credit_minor,
        {{ 'greatest(from_date, clock_date + ' ~ first ~ ')' if first is not none else 'from_date' }} as from_date,
        {{ 'least(to_date, clock_date + ' ~ after ~ ')' if after is not none else 'to_date' }} as to_date
    from clocked
    where true
        {%- if first is not none %} and (to_date is null or clock_date + {{ first }} < to_date){% endif %}
        {%- if after is not none %} and from_date < clock_date + {{ after }}{% endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

totals as (
    {{ daily_totals(
        'intervals', ['source', 'location_id', 'provider_id', 'payer_id', 'aging_clock', 'bucket'],
        ['open_minor', 'credit_minor'], '(select today from build)',
    ) }}
),

finished as (
    select
        metric_date as as_of_date, source,
        {{ keys(['location_id', 'provider_id', 'payer_id']) }},
        location_id, provider_id, payer_id, bucket, aging_clock, '{{ var("currency") }}' as currency,
        open_minor, credit_minor
    from totals
)

select * from finished
