{# Freed places: a sum of the recovery cube, and the rows of fct_freed_slots behind it. #}
{% macro freed_metric(label, formula, unit, numerator, row_numerator, better, denominator=none, row_denominator=none) -%}
    {%- set part = {'cube': 'recovery', 'numerator': numerator} -%}
    {%- set rows = {
        'table': 'fct_freed_slots', 'date': 'start_date', 'where': 'is_refillable and is_over', 'numerator': row_numerator,
    } -%}
    {%- if denominator -%}
        {%- do part.update({'denominator': denominator}) -%}
        {%- do rows.update({'denominator': row_denominator}) -%}
    {%- endif -%}
    {{ return({
        'label': label, 'formula': formula, 'unit': unit, 'kind': 'additive', 'better': better, 'date_role': 'start',
        'source_of_definition': 'our default', 'parts': [part], 'rows': rows,
    }) }}
{%- endmacro %}

{# Minutes from when a client could have been seen until they were, of completed visits with both stamps. #}
{% macro wait_metric(label, which, aggregate) -%}
    {{ return({
        'label': label, 'unit': 'minutes', 'kind': 'distribution', 'better': 'down', 'date_role': 'start',
        'formula': which ~ ' of seated − the later of arrived and start, at least 0, of completed visits with both times.',
        'source_of_definition': 'our default', 'aggregate': aggregate,
        'rows': {
            'table': 'fct_appointments', 'date': 'start_date', 'numerator': 'wait_minutes',
            'where': "counted_as = 'completed' and wait_minutes is not null",
        },
    }) }}
{%- endmacro %}

{# Days until the third open place, as it stood before opening on Mondays. #}
{% macro access_metric(label, which, where) -%}
    {{ return({
        'label': label, 'unit': 'days', 'kind': 'distribution', 'better': 'down', 'date_role': 'snapshot', 'variant': 'M6',
        'formula': 'Median over providers, places' ~ which ~ ' of the calendar days from a Monday, before opening, to the day of the third open place that takes the service with its buffers. Visits and held places as they stood then; group services are left out. None within 8 weeks counts as 56: at least so long.',
        'source_of_definition': 'IHI, third next available appointment', 'aggregate': 'median',
        'dimensions': ['location', 'provider', 'service'],
        'rows': {
            'table': 'fct_third_next_available', 'date': 'snapshot_date', 'numerator': 'days_at_least', 'where': where,
        },
    }) }}
{%- endmacro %}

{# How soon somebody can be seen, how long they wait in the house, and what becomes of places that are let go. #}
{% macro recovery_metrics() -%}
    {{ return({
        'third_next_available_days_median': access_metric(
            'Third next available, median', ' and services', 'true'),
        'third_next_available_days_median_new': access_metric(
            'Third next available for new clients, median', ' and services for new clients', 'is_for_new_clients'),
        'wait_minutes_median': wait_metric('Wait, median', 'Median', 'median'),
        'wait_minutes_p90': wait_metric('Wait, 90th percentile', '90th percentile', 'p90'),
        'wait_stamped_rate': {
            'label': 'Visits with a known wait', 'unit': 'ratio', 'kind': 'additive', 'better': 'up', 'date_role': 'start',
            'formula': 'Completed visits with the times of arriving and of being seen / completed visits.',
            'source_of_definition': 'our default',
            'parts': [{'cube': 'attendance', 'numerator': 'wait_known', 'denominator': 'completed'}],
            'rows': {
                'table': 'fct_appointments', 'date': 'start_date', 'where': "counted_as = 'completed'",
                'numerator': 'cast(wait_minutes is not null as bigint)', 'denominator': '1',
            },
        },
        'freed_minutes': freed_metric(
            'Freed minutes', 'Minutes of places that clients gave back before they began, by cancelling or moving; by the day of the place, once it is over. Those freed because the provider or the practice could not are left out.',
            'minutes', 'freed_minutes', 'freed_minutes', none),
        'backfill_rate': freed_metric(
            'Freed places filled again', 'Freed places of which at least half was held, when it began, by visits booked after they were freed / freed places.',
            'ratio', 'refilled_slots', 'cast(is_refilled as bigint)', 'up', 'freed_slots', '1'),
        'backfill_rate_minutes': freed_metric(
            'Freed minutes filled again', 'Freed minutes held, when they began, by visits booked after they were freed / freed minutes.',
            'ratio', 'refilled_minutes', 'refilled_minutes', 'up', 'freed_minutes', 'freed_minutes'),
        'backfill_rate_minutes_waitlist': freed_metric(
            'Freed minutes filled from the waitlist', 'Freed minutes held, when they began, by visits that an accepted offer made / freed minutes.',
            'ratio', 'by_waitlist_minutes', 'by_waitlist_minutes', 'up', 'freed_minutes', 'freed_minutes'),
        'offer_acceptance_rate': {
            'label': 'Offers accepted', 'unit': 'ratio', 'kind': 'additive', 'better': 'up', 'date_role': 'start',
            'formula': 'Offers accepted / offers sent, by the day of the place offered.',
            'source_of_definition': 'our default',
            'parts': [{'cube': 'recovery', 'numerator': 'offers_accepted', 'denominator': 'offers_sent'}],
            'rows': {
                'table': 'fct_offers', 'date': 'start_date', 'where': 'is_sent',
                'numerator': 'cast(is_accepted as bigint)', 'denominator': '1',
            },
        },
    }) }}
{%- endmacro %}
