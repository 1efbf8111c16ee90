{{ config(materialized='view') }}
with aging as (select * from {{ here(ref('int_billing__aging_daily')) }})

select
    as_of_date, source,
    {{ keys(['location_id', 'provider_id', 'payer_id']) }},
    location_id, provider_id, payer_id, bucket, aging_clock, '{{ var("currency") }}' as currency,
    open_minor, credit_minor
from aging
