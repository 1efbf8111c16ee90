{{ config(materialized='ephemeral') }}
{#
    Pre-registered: at the end of the local day before the visit the practice knew a birth date and a contact of the
    client, and who pays. Of a visit to come, as known so far.
#}
with visits as (
    select attendee_id, client_id, status, zone, start_date, cancelled_date, outcome_at
    from {{ ref('int_scheduling__record_visits') }}
    where is_touched and booked_date < start_date and outcome <> 'entered_in_error'
),

days as (
    select zone, start_date, timezone('UTC', timezone(zone, cast(start_date as timestamp))) as began_at
    from (select distinct zone, start_date from visits)
),

-- What still stood when the day before ended. Of a cancellation the local day is known, of a move the instant.
scheduled as (
    select visits.attendee_id, visits.client_id, visits.start_date, days.began_at
    from visits
    left join days on visits.zone = days.zone and visits.start_date = days.start_date
    where case visits.status
        when 'cancelled' then visits.cancelled_date >= visits.start_date
        when 'rescheduled' then visits.outcome_at >= days.began_at
        else true
    end
),

clients as ({{ versions(source('practice', 'clients'), 'client_id') }}),

self_payers as ({{ versions(source('practice', 'self_payers'), 'client_id') }}),

policies as ({{ versions(source('practice', 'policies'), 'policy_id') }}),

-- Where no payer is on file, nobody is asked who pays.
asking as (select min(_known_at) as begins_at from {{ source('practice', 'payers') }}),

covered as (
    select distinct scheduled.attendee_id
    from scheduled
    inner join policies
        on scheduled.client_id = policies.client_id
        and {{ stood_before('policies', 'scheduled.began_at') }}
        and scheduled.start_date >= policies.effective_from
        and scheduled.start_date <= coalesce(policies.effective_to, date '9999-12-31')
),

registered as (
    select
        scheduled.attendee_id,
        -- null where the client was not known yet, or by a version that did not say so
        clients.has_birth_date and clients.has_contact as is_reachable,
        covered.attendee_id is not null
        or coalesce(self_payers.is_self_pay, false)
        or coalesce(scheduled.began_at <= asking.begins_at, true) as is_payer_said
    from scheduled
    left join clients
        on scheduled.client_id = clients.client_id and {{ stood_before('clients', 'scheduled.began_at') }}
    left join self_payers
        on scheduled.client_id = self_payers.client_id and {{ stood_before('self_payers', 'scheduled.began_at') }}
    left join covered on scheduled.attendee_id = covered.attendee_id
    cross join asking
)

select
    attendee_id,
    case when is_reachable is not null then is_reachable and is_payer_said end as is_pre_registered
from registered
