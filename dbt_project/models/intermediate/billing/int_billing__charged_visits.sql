{% set usual_filing_days = 365 %}
-- What is charged for visits, void charges too, with what the rules, the cover and the contract say of it.
with visits as (select * from {{ ref('int_billing__visits_to_pay') }}),

seats as (select attendee_id, appointment_id, billing_unit from {{ ref('fct_appointments') }} where source = 'record'),

charges as (select * from {{ ref('fct_charges') }}),

services as (select * from {{ ref('stg_practice__services') }}),

policies as (select * from {{ ref('stg_practice__policies') }}),

contracts as (select * from {{ ref('stg_practice__payer_contracts') }}),

payers as (
    select payer_id, coalesce(filing_days, {{ usual_filing_days }}) as filing_days from {{ ref('stg_practice__payers') }}
),

claims as (select * from {{ ref('stg_practice__insurance_claims') }}),

claim_lines as (select * from {{ ref('stg_practice__insurance_claim_lines') }}),

held_moves as (select * from {{ ref('stg_practice__held_moves') }}),

-- A session of a package is charged at what it was sold for.
prepaid as (
    select charge_id
    from held_moves
    where kind = 'redeemed'
    group by charge_id
    having sum(amount_minor) > 0
),

-- Somebody typed a lower fee, and said why.
agreed as (select charge_id from {{ ref('stg_practice__charges') }} where is_fee_agreed),

of_visits as (
    select
        charges.*,
        case when seats.billing_unit = 'appointment' then seats.appointment_id else seats.attendee_id end as unit_id
    from charges
    inner join seats on charges.attendee_id = seats.attendee_id
),

-- When each payer was asked first; a claim that takes another one back (8) asks for nothing.
filed as (
    select claim_lines.charge_id, claims.payer_id, min(claims.sent_date) as filed_date
    from claim_lines
    inner join claims on claim_lines.insurance_claim_id = claims.insurance_claim_id
    where claims.frequency <> '8'
    group by claim_lines.charge_id, claims.payer_id
),

covered as (
    select distinct of_visits.charge_id
    from of_visits
    inner join visits on of_visits.unit_id = visits.unit_id
    inner join policies
        on visits.client_id = policies.client_id and of_visits.payer_id = policies.payer_id
        and policies.effective_from <= of_visits.service_date
        and of_visits.service_date <= coalesce(policies.effective_to, date '9999-12-31')
),

allowances as (
    select of_visits.charge_id, arg_max(contracts.allowed_minor, contracts.effective_from) as allowed_minor
    from of_visits
    inner join contracts
        on of_visits.payer_id = contracts.payer_id and of_visits.service_id = contracts.service_id
        and contracts.effective_from <= of_visits.service_date
        and of_visits.service_date <= coalesce(contracts.effective_to, date '9999-12-31')
    group by of_visits.charge_id
)

select
    visits.source, visits.attendee_id, visits.appointment_id, visits.unit_id, visits.client_id, visits.provider_id,
    visits.location_id, visits.service_id, visits.cover_payer_id, visits.referral_source_id, visits.kind,
    visits.start_date,
    of_visits.charge_id, of_visits.payer_id,
    of_visits.amount_minor, of_visits.post_date, of_visits.is_void, of_visits.void_post_date,
    allowances.allowed_minor,
    covered.charge_id is not null as is_covered,
    -- Until when the payer takes a claim, and the payer who was not asked.
    of_visits.service_date + payers.filing_days as file_by_date,
    visits.start_date + cover_payers.filing_days as cover_file_by_date,
    coalesce(filed.filed_date <= of_visits.service_date + payers.filing_days, false) as is_filed_in_time,
    -- A fee that was keyed lower than the service costs; another code has another fee.
    case
        when prepaid.charge_id is not null or agreed.charge_id is not null then 0
        when visits.kind = 'attended' and of_visits.code is not distinct from services.service_code
            then greatest(visits.fee_minor - of_visits.amount_minor, 0)
        else 0
    end as short_minor
from visits
inner join of_visits on visits.unit_id = of_visits.unit_id
left join payers on of_visits.payer_id = payers.payer_id
left join payers as cover_payers on visits.cover_payer_id = cover_payers.payer_id
left join filed on of_visits.charge_id = filed.charge_id and of_visits.payer_id = filed.payer_id
left join services on visits.service_id = services.service_id
left join prepaid on of_visits.charge_id = prepaid.charge_id
left join agreed on of_visits.charge_id = agreed.charge_id
left join covered on of_visits.charge_id = covered.charge_id
left join allowances on of_visits.charge_id = allowances.charge_id
