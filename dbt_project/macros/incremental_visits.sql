{# Nobody has said what happened. Who has arrived is being looked after until the day ends. #}
{% macro is_unresolved(status, known_at, today) -%}
    case
        when {{ status }} = 'scheduled' then starts_at < {{ known_at }}
        when {{ status }} in ('arrived', 'in_session') then start_date < {{ today }}
        else false
    end
{%- endmacro %}

{#
    CTEs `news`, what has changed since the last good build, and `touched_clients`: those any of whose visits may differ
    from what it says. `before` is fct_appointments as it stands in it; the CTEs `build` and `clients` come first.
#}
{% macro touched_clients(before) -%}
news as (
    select attendee_id, appointment_id, client_id, cast(null as text) as series_id
    from {{ source('practice', 'attendees') }} where {{ is_new('_seq') }}
    union all by name
    select appointment_id, series_id from {{ source('practice', 'appointments') }} where {{ is_new('_seq') }}
    union all by name
    select attendee_id from {{ source('practice', 'appointment_events') }} where {{ is_new('_seq') }}
    union all by name
    select attendee_id from {{ source('practice', 'notes') }} where {{ is_new('_seq') }}
    union all by name
    select client_id from {{ source('practice', 'policies') }} where {{ is_new('_seq') }}
    union all by name
    select client_id from {{ source('practice', 'eligibility_checks') }} where {{ is_new('_seq') }}
    union all by name
    select client_id from {{ source('practice', 'self_payers') }} where {{ is_new('_seq') }}
    union all by name
    select client_id from clients where {{ is_new('greatest(referral_seq, registration_seq)') }}
    union all by name
    -- with the first payer it begins to matter who pays
    select client_id from clients where {{ is_new('(select min(_seq) from ' ~ source('practice', 'payers') ~ ')') }}
),

touched_clients as (
    select client_id from news where client_id is not null
    union
    select client_id
    from {{ before }}
    where source = 'record' and (
        attendee_id in (select attendee_id from news where attendee_id is not null)
        or appointment_id in (select appointment_id from news where appointment_id is not null)
        or series_id in (select series_id from news where series_id is not null)
        -- time has passed over it
        or (outcome in ('scheduled', 'unresolved')
            and is_unresolved <> {{ is_unresolved(
                'source_status', '(select known_at from build)', '(select today from build)',
            ) }})
    )
)
{%- endmacro %}
