{{ config(materialized='ephemeral') }}
{#
    On top of the last good build, only the visits of clients whose visits may differ from it are worked out
    (`is_touched`), and, for the order within an appointment, of those who share one with them.
#}
{% set before = adapter.get_relation(database=target.database, schema='marts', identifier='fct_appointments') if is_added_to() %}
with build as (select * from {{ ref('int_build') }}),

clients as (select * from {{ ref('stg_practice__clients') }}),

all_appointments as (select * from {{ ref('stg_practice__appointments') }}),

{% if before %}
{{ touched_clients(before) }},

wanted as (
    select appointment_id
    from {{ before }}
    where source = 'record' and client_id in (select client_id from touched_clients)
    union
    select appointment_id from news where appointment_id is not null
),
{% endif %}

attendees as (
    select * from {{ ref('stg_practice__attendees') }}
    {% if before %}where appointment_id in (select appointment_id from wanted){% endif %}
),

appointments as (
    select * from all_appointments
    {% if before %}where appointment_id in (select appointment_id from wanted){% endif %}
),

policies as (
    select * from {{ ref('stg_practice__policies') }}
    {% if before %}where client_id in (select client_id from attendees){% endif %}
),

checks as (
    select * from {{ ref('stg_practice__eligibility_checks') }}
    where status = 'active'{% if before %} and client_id in (select client_id from attendees){% endif %}

),

notes as (
    select attendee_id, signed_at, _seq as note_seq from {{ ref('stg_practice__notes') }}
    where position = 1{% if before %} and attendee_id in (select attendee_id from attendees){% endif %}

),

-- The local day of a cancellation is written with its event.
cancellations as (
    select attendee_id, max(event_date) as cancelled_date, max(_seq) as event_seq
    from {{ ref('stg_practice__appointment_events') }}
    where kind = 'cancelled'
        {% if before %}and attendee_id in (select attendee_id from attendees){% endif %}
    group by attendee_id
),

policy_changes as (
    select client_id, max(_seq) as policy_seq
    from (
        select client_id, _seq from policies
        union all
        select client_id, _seq from checks
        union all
        select client_id, _seq from {{ ref('stg_practice__self_payers') }}
    ) as any_of_them
    group by client_id
),

series as (
    select series_id, min(starts_at) as series_starts_at from all_appointments where series_id is not null group by series_id
),

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

-- Whom the payer said to cover, in the month of the visit and not more than 30 days before: what the desk calls fresh.
verified as (
    select distinct attendees.attendee_id
    from attendees
    inner join appointments on attendees.appointment_id = appointments.appointment_id
    inner join checks
        on attendees.client_id = checks.client_id
        and checks.asked_date between appointments.start_date - 30 and appointments.start_date
        and date_trunc('month', checks.asked_date) = date_trunc('month', appointments.start_date)
        and checks.answered_at <= appointments.starts_at
    inner join visit_payers on attendees.attendee_id = visit_payers.attendee_id and checks.payer_id = visit_payers.payer_id
),

visits as (
    select
        attendees.* exclude (_known_at, _seq),
        appointments.* exclude (appointment_id, status, booked_at, known_at, source, _known_at, _seq),
        clients.referral_source_id,
        series.series_starts_at,
        case when attendees.cancelled_at is not null then cancellations.cancelled_date end as cancelled_date,
        greatest(
            attendees._seq, appointments._seq, clients.referral_seq, clients.registration_seq,
            policy_changes.policy_seq, cancellations.event_seq, notes.note_seq
        ) as feed_seq,
        visit_payers.payer_id,
        notes.signed_at,
        case when visit_payers.payer_id is not null then verified.attendee_id is not null end as is_cover_verified,
        appointments.status as appointment_status,
        {{ is_unresolved('attendees.status', 'build.known_at', 'build.today') }} as is_unresolved,
        {{ 'attendees.client_id in (select client_id from touched_clients)' if before else 'true' }} as is_touched
    from attendees
    inner join appointments on attendees.appointment_id = appointments.appointment_id
    left join clients on attendees.client_id = clients.client_id
    left join series on appointments.series_id = series.series_id
    left join visit_payers on attendees.attendee_id = visit_payers.attendee_id
    left join verified on attendees.attendee_id = verified.attendee_id
    left join notes on attendees.attendee_id = notes.attendee_id
    left join cancellations on attendees.attendee_id = cancellations.attendee_id
    left join policy_changes on attendees.client_id = policy_changes.client_id
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
