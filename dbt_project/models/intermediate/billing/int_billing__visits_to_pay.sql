{% set note_days = 3 %}
{#
    What each visit should bring at the fee in force: an attended one the service's, one that the client missed or
    cancelled late the policy's. A couple or family is one unit, and took place when one of them was seen.
#}
with visits as (
    select * from {{ ref('fct_appointments') }} where source = 'record' and outcome <> 'entered_in_error'
),

payers as (select * from {{ ref('stg_practice__payers') }}),

policies as (select * from {{ ref('stg_practice__policies') }}),

settings as (select * from {{ ref('stg_practice__settings') }}),

-- Somebody has decided, with a reason, that these are not charged.
let_go as (select attendee_id, known_at as let_go_at from {{ ref('stg_practice__uncharged_visits') }} where not is_withdrawn),

-- From the practice's first day with notes on, the note of a visit is to be signed within some days.
asked_for as (
    select max(try_cast(trim(value, '"') as date)) as first_date
    from settings
    where name = 'notes_since'
),

dated_fees as (select * from {{ ref('stg_practice__fees') }}),

cancellation_policies as (select * from {{ ref('stg_practice__cancellation_policies') }}),

-- Every version of a service says what it cost from then on; what was before the first version cost the same.
fees as (
    select
        service_id, fee_minor,
        case
            when row_number() over by_service = 1 then timestamp '1900-01-01 00:00:00'
            else _known_at
        end as known_from
    from {{ source('practice', 'services') }}
    where _op not in ('tombstone', 'delete')
    window by_service as (partition by service_id order by _seq)
),

units as (
    select appointment_id, bool_or(outcome = 'completed') as is_anybody_seen
    from visits
    where billing_unit = 'appointment'
    group by appointment_id
),

judged as (
    select
        visits.*,
        case when billing_unit = 'appointment' then visits.appointment_id else attendee_id end as unit_id,
        case
            when coalesce(units.is_anybody_seen, outcome = 'completed') then 'attended'
            when outcome in ('no_show', 'late_cancelled') then 'missed'
        end as kind,
        coalesce(outcome_at, cancelled_at, ends_at) as happened_at
    from visits
    left join units on visits.appointment_id = units.appointment_id
    where is_counted
),

-- Whom the rules ask first on the day of the visit.
covers as (
    select
        judged.attendee_id,
        arg_max(policies.payer_id, policies.effective_from) as payer_id
    from judged
    inner join policies
        on judged.client_id = policies.client_id and policies.rank = 1
        and policies.effective_from <= judged.start_date
        and judged.start_date <= coalesce(policies.effective_to, date '9999-12-31')
    where judged.kind is not null
    group by judged.attendee_id
),

-- Payers who forbid the fee of a missed visit, or allow it only where everybody pays it.
forbidden as (
    select distinct judged.attendee_id
    from judged
    inner join policies
        on judged.client_id = policies.client_id
        and policies.effective_from <= judged.start_date
        and judged.start_date <= coalesce(policies.effective_to, date '9999-12-31')
    inner join payers on policies.payer_id = payers.payer_id
    where judged.kind = 'missed'
        and (
            payers.missed_fee_rule = 'none'
            or (
                payers.missed_fee_rule = 'if_all'
                and not exists (select * from settings where name = 'missed_fee_for_all' and value = 'true')
            )
        )
),

-- A fee of the payer's own goes before the practice's.
scheduled_fees as (
    select
        judged.attendee_id,
        arg_max(dated_fees.fee_minor, (dated_fees.payer_id is not null, dated_fees.effective_from)) as fee_minor
    from judged
    left join covers on judged.attendee_id = covers.attendee_id
    inner join dated_fees
        on judged.service_id = dated_fees.service_id
        and (dated_fees.payer_id is null or covers.payer_id = dated_fees.payer_id)
        and dated_fees.effective_from <= judged.start_date
        and judged.start_date <= coalesce(dated_fees.effective_to, date '9999-12-31')
    where judged.kind = 'attended'
    group by judged.attendee_id
),

missed_fees as (
    select
        judged.attendee_id,
        arg_max(
            cancellation_policies.fee_minor,
            (cancellation_policies.service_id is not null, cancellation_policies.effective_from)
        ) as fee_minor
    from judged
    inner join cancellation_policies
        on (cancellation_policies.service_id is null or judged.service_id = cancellation_policies.service_id)
        and cancellation_policies.effective_from <= coalesce(judged.cancelled_date, judged.start_date)
        and coalesce(judged.cancelled_date, judged.start_date)
        <= coalesce(cancellation_policies.effective_to, date '9999-12-31')
    where judged.kind = 'missed'
    group by judged.attendee_id
),

priced as (
    select
        judged.*,
        covers.payer_id as cover_payer_id,
        case
            when judged.kind = 'attended' then coalesce(scheduled_fees.fee_minor, fees.fee_minor)
            when forbidden.attendee_id is null then missed_fees.fee_minor
        end as fee_minor
    from judged
    left join covers on judged.attendee_id = covers.attendee_id
    left join scheduled_fees on judged.attendee_id = scheduled_fees.attendee_id
    left join forbidden on judged.attendee_id = forbidden.attendee_id
    left join missed_fees on judged.attendee_id = missed_fees.attendee_id
    asof left join fees on judged.service_id = fees.service_id and judged.happened_at >= fees.known_from
    where judged.kind is not null
)

select
    priced.source, priced.attendee_id, priced.appointment_id, priced.unit_id, priced.client_id, priced.provider_id,
    priced.location_id, priced.service_id, priced.cover_payer_id, priced.referral_source_id, priced.kind,
    priced.start_date, coalesce(priced.fee_minor, 0) as fee_minor, priced.signed_at, let_go.let_go_at,
    case
        when priced.kind = 'attended' and priced.start_date >= asked_for.first_date then priced.start_date + {{ note_days }}
    end as sign_by_date
from priced
left join let_go on priced.attendee_id = let_go.attendee_id
cross join asked_for
