{#
    Whether a visit's lead time counts: the booking's own, so not that of a series' later occurrences, nor of a visit that
    was moved (its successor carries the first booking's day), nor one that was entered after its day.
#}
{% macro has_lead_time() -%}
    counted_as is not null and counted_as <> 'rescheduled' and is_first_of_series and lead_time_days >= 0
{%- endmacro %}

{# Days from booking to visit, worked out from the visits themselves. #}
{% macro lead_metric(label, which, aggregate, where=none) -%}
    {{ return({
        'label': label, 'unit': 'days', 'kind': 'distribution', 'better': 'down', 'date_role': 'start',
        'formula': which ~ ' of the calendar days from the first booking to the visit, by the day of the visit. Of a series the first occurrence; a moved visit keeps its first booking; entered afterwards is left out.',
        'source_of_definition': 'our default', 'aggregate': aggregate,
        'rows': {
            'table': 'fct_appointments', 'date': 'start_date', 'numerator': 'lead_time_days',
            'where': has_lead_time() ~ (' and ' ~ where if where else ''),
        },
    }) }}
{%- endmacro %}

{# A number of different clients, worked out from their completed visits. #}
{% macro distinct_clients(label, formula, where) -%}
    {{ return({
        'label': label, 'formula': formula, 'unit': 'count', 'kind': 'distinct', 'better': 'up', 'date_role': 'start',
        'source_of_definition': 'our default', 'aggregate': 'distinct',
        'rows': {'table': 'fct_appointments', 'date': 'start_date', 'numerator': 'client_key', 'where': where},
    }) }}
{%- endmacro %}

{# A number of completed visits: of the cube's `column`, which counts the visits `where`. #}
{% macro client_visits(label, formula, column, where) -%}
    {{ return({
        'label': label, 'formula': formula, 'unit': 'count', 'kind': 'additive', 'better': 'up', 'date_role': 'start',
        'source_of_definition': 'our default', 'parts': [{'cube': 'attendance', 'numerator': column}],
        'rows': {'table': 'fct_appointments', 'date': 'start_date', 'where': where, 'numerator': '1'},
    }) }}
{%- endmacro %}

{# Who comes: new and returning clients, and how long they waited for it. #}
{% macro client_metrics() -%}
    {%- set first = "counted_as = 'completed' and is_first_completed" -%}
    {%- set later = "counted_as = 'completed' and not is_first_completed" -%}
    {{ return({
        'new_clients': client_visits(
            'New clients', 'Clients by the day of their first completed visit in this source. A first visit that was missed makes nobody a client.',
            'first_completed', first),
        'returning_visits': client_visits(
            'Returning visits', 'Completed visits of clients after their first one.',
            'returning_completed', later),
        'insurance_verification_rate': {
            'label': 'Covers verified',
            'formula': 'Completed visits whose payer had said, in the same month and at most 30 days before, that it covers the client / completed visits with a payer in force on the day.',
            'unit': 'ratio', 'kind': 'additive', 'better': 'up', 'date_role': 'start', 'source_of_definition': 'HFMA',
            'parts': [{'cube': 'attendance', 'where': "source = 'record'", 'numerator': 'cover_verified', 'denominator': 'insured_completed'}],
            'rows': {
                'table': 'fct_appointments', 'date': 'start_date', 'denominator': '1',
                'where': "source = 'record' and counted_as = 'completed' and payer_id is not null",
                'numerator': 'cast(is_cover_verified as bigint)',
            },
        },
        'pre_registration_rate': {
            'label': 'Pre-registered',
            'formula': 'Visits of whose client a birth date, a phone number or e-mail address, and who pays (a cover for the day, or that no insurance pays) were on file at the end of the local day before / visits booked before their day that still stood at its end. Those of which that is not known are left out: pre_registration_unknown.',
            'unit': 'ratio', 'kind': 'additive', 'better': 'up', 'date_role': 'start', 'source_of_definition': 'HFMA',
            'parts': [{'cube': 'attendance', 'where': "source = 'record'", 'numerator': 'pre_registered', 'denominator': 'registration_known'}],
            'rows': {
                'table': 'fct_appointments', 'date': 'start_date', 'denominator': '1',
                'where': "source = 'record' and counted_as is not null and is_pre_registered is not null",
                'numerator': 'cast(is_pre_registered as bigint)',
            },
        },
        'pre_registration_unknown': {
            'label': 'Pre-registration not known',
            'formula': 'Visits booked before their day that still stood at the end of the day before, of whose client it is not known whether birth date and contact were on file then.',
            'unit': 'count', 'kind': 'additive', 'better': 'down', 'date_role': 'start', 'source_of_definition': 'our default',
            'parts': [{'cube': 'attendance', 'where': "source = 'record'", 'numerator': 'registration_unknown'}],
            'rows': {
                'table': 'fct_appointments', 'date': 'start_date', 'numerator': '1',
                'where': "source = 'record' and counted_as is not null and was_scheduled and is_pre_registered is null",
            },
        },
        'active_clients': distinct_clients(
            'Active clients', 'Different clients with a completed visit in the period.',
            "counted_as = 'completed'"),
        'returning_clients': distinct_clients(
            'Returning clients', 'Different clients with a completed visit in the period, in a month after that of their first one; over one month: active = new + returning.',
            later ~ " and (client_key, date_trunc('month', start_date)) not in (select (client_key, date_trunc('month', start_date)) from marts.fct_appointments where " ~ first ~ ')'),
        'lead_time_days_median': lead_metric('Lead time, median', 'Median', 'median'),
        'lead_time_days_p90': lead_metric('Lead time, 90th percentile', '90th percentile', 'p90'),
        'lead_time_days_median_new': lead_metric(
            'Lead time of new clients, median', 'Median, for clients without a completed visit before,', 'median', 'is_new_client'),
        'lead_time_days_median_returning': lead_metric(
            'Lead time of returning clients, median', 'Median, for clients with a completed visit before,', 'median', 'not is_new_client'),
        'lead_time_days_mean': {
            'label': 'Lead time, mean', 'unit': 'days', 'kind': 'additive', 'better': 'down', 'date_role': 'start',
            'formula': 'Calendar days from the first booking to the visit / visits, by the day of the visit; the same visits as in the median.',
            'source_of_definition': 'our default',
            'parts': [{'cube': 'attendance', 'numerator': 'lead_days_sum', 'denominator': 'lead_count'}],
            'rows': {
                'table': 'fct_appointments', 'date': 'start_date', 'where': has_lead_time(),
                'numerator': 'lead_time_days', 'denominator': '1',
            },
        },
    }) }}
{%- endmacro %}
