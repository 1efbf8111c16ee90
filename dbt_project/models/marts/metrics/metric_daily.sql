{{ config(materialized='view') }}
with attendance as (select * from {{ here(ref('int_scheduling__attendance_daily')) }}),

money as (select * from {{ here(ref('int_billing__money_daily')) }}),

receivables as (select *, cast(null as text) as service_id from {{ here(ref('int_billing__receivables_daily')) }}),

metrics as (
    {%- for metric, parts in attendance_metrics().items() %}
    {%- set denominator = parts.get('denominator') %}
    {%- set banded = 'high' in parts %}
    {%- set band = denominator if not banded or not denominator or denominator == 'all' else denominator + ['unresolved'] %}
    select
        '{{ metric }}' as metric, metric_date, source, location_id, provider_id, service_id, payer_id,
        {{ sum_of(parts.numerator) }} as numerator,
        {{ sum_of(denominator) }} as denominator,
        {{ sum_of(parts.numerator if banded) }} as low_numerator,
        {{ sum_of(band if banded) }} as low_denominator,
        {{ sum_of(parts.numerator + parts.high if banded) }} as high_numerator,
        {{ sum_of(band if banded) }} as high_denominator
    from attendance
    where {{ sum_of(band or parts.numerator) }}{{ ' + ' ~ sum_of(parts.high) if banded and not band }} > 0
    union all
    {%- endfor %}
    {%- for metric, parts in money_metrics().items() %}
    select
        '{{ metric }}', metric_date, source, location_id, provider_id, service_id, payer_id,
        {{ parts.numerator }}, {{ parts.denominator or 'null' }}, null, null, null, null
    from {{ parts.cube }}
    where ({{ parts.numerator }}) <> 0{% if parts.denominator %} or ({{ parts.denominator }}) <> 0{% endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

finished as (
    select
        metric, metric_date, source,
        {{ keys(['location_id', 'provider_id', 'service_id', 'payer_id']) }},
        location_id, provider_id, service_id, payer_id,
        {%- for part in ['', 'low_', 'high_'] %}
        cast({{ part }}numerator as bigint) as {{ part }}numerator,
        cast({{ part }}denominator as bigint) as {{ part }}denominator{{ ',' if not loop.last }}
        {%- endfor %}
    from metrics
)

select * from finished
