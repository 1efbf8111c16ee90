{{ config(materialized='ephemeral') }}
with attendees as (select * from {{ ref('stg_practice__attendees') }}),

appointments as (select * from {{ ref('stg_practice__appointments') }}),

policies as (select * from {{ ref('stg_practice__policies') }}),

build as (select * from {{ ref('int_build') }}),

-- The payer asked first on the day of the visit; of two, the one that came into force last.
visit_payers as (
    select attendees.attendee_id, arg_max(policies.payer_id, (policies.effective_from, policies.policy_id)) as payer_id
    from attendees
    inner join appointments on attendees.appointment_id = appointments.appointment_id
    inner join policies
        on attendees.client_id = policies.client_id
        and policies.rank = 1
        and appointments.start_date >= policies.effective_from
        and appointments.start_date <= coalesce(policies.effective_to, date '9999-12-31')
    group by 1
),

visits as (
    select
        attendees.*,
        appointments.* exclude (appointment_id, status, booked_at, known_at, source, _known_at),
        visit_payers.payer_id,
        appointments.status as appointment_status,
        -- Nobody has said what happened. Who has arrived is being looked after until the day ends.
        case
            when attendees.status = 'scheduled' then appointments.starts_at < build.known_at
            when attendees.status in ('arrived', 'in_session') then appointments.start_date < build.today
            else false
        end as is_unresolved
    from attendees
    inner join appointments on attendees.appointment_id = appointments.appointment_id
    left join visit_payers on attendees.attendee_id = visit_payers.attendee_id
    cross join build
),

judged as (
    select
        *,
        case
            when 'entered_in_error' in (status, appointment_status) then 'entered_in_error'
            when is_unresolved then 'unresolved'
            when status = 'cancelled' and cancelled_by = 'client' and is_late then 'late_cancelled'
            when status in ('completed', 'no_show', 'cancelled', 'left_unseen', 'rescheduled') then status
            else 'scheduled'
        end as outcome
    from visits
)

select * from judged
