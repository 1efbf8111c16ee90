{{ config(materialized='view') }}
with receivables as (select * from {{ here(ref('int_billing__receivables_daily')) }})

select
    metric_date as as_of_date, source,
    {{ keys(['location_id', 'provider_id', 'payer_id']) }},
    location_id, provider_id, payer_id, '{{ var("currency") }}' as currency,
    open_minor, open_over_90_minor, credit_minor, allowance_minor, waiting_minor, unbilled_minor,
    charged_90_minor, contractual_90_minor, charged_365_minor, contractual_365_minor
from receivables
