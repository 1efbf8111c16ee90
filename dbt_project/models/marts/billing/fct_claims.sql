{# How long a payer has to answer before a claim is judged. #}
{% set mature_days = 60 %}
with recursive build as (select * from {{ ref('int_build') }}),

claims as (select * from {{ ref('stg_practice__insurance_claims') }}),

events as (select * from {{ ref('stg_practice__claim_events') }}),

remittances as (select * from {{ ref('stg_practice__remittances') }}),

answers as (select * from {{ ref('stg_practice__remittance_claims') }}),

decisions as (select * from {{ source('practice', 'denials') }}),

acknowledged as (
    select
        insurance_claim_id,
        bool_or(kind = 'rejected') as is_rejected,
        bool_or(kind = 'accepted') as is_accepted
    from events
    group by insurance_claim_id
),

-- A take-back (status 22) answers nothing; what it takes back is 'reversed', and was an answer all the same.
answered as (
    select
        claims.insurance_claim_id, answers.remittance_claim_id, answers.status,
        answers.paid_minor, answers.denied_minor,
        coalesce(remittances.payment_date, cast(remittances.known_at as date)) as answered_date,
        row_number() over (
            partition by claims.insurance_claim_id order by answers.known_at, answers.remittance_claim_id
        ) as place
    from claims
    inner join remittances on claims.payer_id = remittances.payer_id
    inner join answers
        on remittances.remittance_id = answers.remittance_id and claims.control_number = answers.control_number
    where answers.reverses_id is null and answers.status in ('posted', 'reversed')
),

told as (
    select
        insurance_claim_id,
        coalesce(sum(paid_minor) filter (status = 'posted'), 0) as paid_minor,
        coalesce(sum(denied_minor) filter (status = 'posted'), 0) as denied_minor,
        bool_or(status = 'reversed') as is_taken_back,
        bool_or(status = 'posted') as is_standing,
        min(answered_date) as first_answered_date,
        bool_or(denied_minor > 0) filter (place = 1) as is_denied_at_first,
        coalesce(sum(paid_minor) filter (place = 1), 0) as paid_at_first_minor,
        coalesce(sum(denied_minor) filter (place = 1), 0) as denied_at_first_minor
    from answered
    group by insurance_claim_id
),

worked_again as (select distinct original_id from claims where original_id is not null),

-- A claim with what corrected it or sent it again, whichever of them was answered.
chain as (
    select insurance_claim_id, insurance_claim_id as first_id from claims where original_id is null
    union all
    select claims.insurance_claim_id, chain.first_id
    from claims
    inner join chain on claims.original_id = chain.insurance_claim_id
),

-- What was decided of any denial of the chain; an appeal stays one, whatever is decided after it.
decided as (
    select
        chain.first_id,
        min(cast(decisions.decided_at as date)) filter (decisions.outcome = 'appealed') as appealed_date,
        min(cast(decisions.decided_at as date)) filter (decisions.outcome in ('written_off', 'to_client')) as closed_date
    from chain
    inner join answered on chain.insurance_claim_id = answered.insurance_claim_id
    inner join decisions on answered.remittance_claim_id = decisions.remittance_claim_id
    group by chain.first_id
),

-- Paid in the end, and when for the first time after the first answer.
paid_in_the_end as (
    select
        chain.first_id,
        coalesce(sum(answered.paid_minor) filter (answered.status = 'posted'), 0) as paid_minor,
        min(answered.answered_date) filter (
            answered.status = 'posted' and answered.paid_minor > 0
            and not (chain.insurance_claim_id = chain.first_id and answered.place = 1)
        ) as paid_date
    from chain
    inner join answered on chain.insurance_claim_id = answered.insurance_claim_id
    group by chain.first_id
),

joined as (
    select
        claims.* exclude (insurance_claim_id, control_number),
        claims.insurance_claim_id as claim_id,
        claims.original_id as original_claim_id,
        claims.original_id is null and claims.frequency = '1' as is_first,
        coalesce(acknowledged.is_rejected, false) as is_rejected,
        coalesce(acknowledged.is_accepted, false) as is_accepted,
        told.insurance_claim_id is not null as is_answered,
        coalesce(told.is_standing, false) as is_standing,
        coalesce(told.is_denied_at_first, false) as is_denied_at_first,
        coalesce(told.is_taken_back, false) as is_taken_back,
        worked_again.original_id is not null as is_sent_again,
        coalesce(told.paid_minor, 0) as paid_minor,
        coalesce(told.denied_minor, 0) as denied_minor,
        coalesce(told.paid_at_first_minor, 0) as paid_at_first_minor,
        coalesce(told.denied_at_first_minor, 0) as denied_at_first_minor,
        claims.sent_date + {{ mature_days }} <= build.today as is_mature,
        told.first_answered_date,
        coalesce(told.is_denied_at_first, false)
        and coalesce(paid_in_the_end.paid_minor, 0) > told.paid_at_first_minor as is_overturned,
        case when told.is_denied_at_first then decided.appealed_date end as appealed_date,
        case
            when not told.is_denied_at_first then null
            when paid_in_the_end.paid_minor > told.paid_at_first_minor then paid_in_the_end.paid_date
            else decided.closed_date
        end as resolved_date
    from claims
    left join acknowledged on claims.insurance_claim_id = acknowledged.insurance_claim_id
    left join told on claims.insurance_claim_id = told.insurance_claim_id
    left join worked_again on claims.insurance_claim_id = worked_again.original_id
    left join decided on claims.insurance_claim_id = decided.first_id
    left join paid_in_the_end on claims.insurance_claim_id = paid_in_the_end.first_id
    cross join build
),

finished as (
    select
        source,
        {{ keys(['claim_id', 'original_claim_id', 'client_id', 'payer_id', 'provider_id', 'location_id']) }},
        claim_id, original_claim_id, client_id, payer_id, provider_id, location_id,
        rank, frequency,
        case
            when status in ('rejected', 'replaced', 'voided') or not is_standing then status
            when denied_minor = 0 then 'paid'
            when paid_minor = 0 then 'denied'
            else 'partly_paid'
        end as outcome,
        '{{ var("currency") }}' as currency,
        total_minor,
        cast(paid_minor as bigint) as paid_minor,
        cast(denied_minor as bigint) as denied_minor,
        cast(paid_at_first_minor as bigint) as paid_at_first_minor,
        cast(denied_at_first_minor as bigint) as denied_at_first_minor,
        is_mature, is_first, is_accepted, is_rejected, is_answered, is_denied_at_first,
        -- Of a payer who is asked first: a deductible alone is no denial.
        rank = 1 and is_denied_at_first and paid_at_first_minor = 0 as is_denied_outright,
        is_taken_back, is_sent_again, is_overturned,
        is_first and is_standing and not (is_rejected or is_denied_at_first or is_taken_back or is_sent_again)
            as is_settled_at_first,
        sent_date - service_date as claim_lag_days,
        first_answered_date - sent_date as answer_days,
        service_date, sent_date, first_answered_date, appealed_date, resolved_date, known_at
    from joined
)

select * from finished
