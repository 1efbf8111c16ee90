{# Minutes of the capacity cube, and the provider days behind them: `column` is an SQL expression over either. #}
{% macro minutes_metric(label, formula, column, better=none) -%}
    {{ return({
        'label': label, 'formula': formula, 'unit': 'minutes', 'kind': 'additive', 'better': better, 'date_role': 'start',
        'source_of_definition': 'our default', 'parts': [{'cube': 'capacity', 'numerator': column}],
        'rows': {
            'table': 'fct_availability', 'date': 'available_date', 'where': column ~ ' > 0', 'numerator': column,
        },
    }) }}
{%- endmacro %}

{#
    A share of what could be booked. Days that lack the numerator (an import does not say what was kept) are not in the
    denominator; a day without hours is in neither, so that its rate is null and not 0.
#}
{% macro capacity_rate(label, variant, formula, source_of_definition, numerator, whole='bookable_minutes', better='up', beyond=none) -%}
    {%- set denominator = 'case when ' ~ numerator ~ ' is not null then coalesce(' ~ whole ~ ', 0) end' -%}
    {%- set amount = numerator ~ (' + ' ~ beyond if beyond else '') -%}
    {{ return({
        'label': label, 'variant': variant, 'formula': formula, 'unit': 'ratio', 'kind': 'additive', 'better': better,
        'date_role': 'start', 'source_of_definition': source_of_definition,
        'parts': [{'cube': 'capacity', 'numerator': amount, 'denominator': denominator}],
        'rows': {
            'table': 'fct_availability', 'date': 'available_date', 'numerator': amount, 'denominator': denominator,
            'where': amount ~ ' is not null and (' ~ whole ~ ' > 0' ~ (' or ' ~ beyond ~ ' > 0' if beyond else '') ~ ')',
        },
    }) }}
{%- endmacro %}

{# Hours that can be booked, and what became of them. #}
{% macro capacity_metrics() -%}
    {{ return({
        'bookable_minutes': minutes_metric(
            'Bookable minutes', 'Weekly hours and extra hours, overlaps once, less closures, time off and blocks. Imports: minutes of their slots.',
            'bookable_minutes'),
        'blocked_minutes': minutes_metric(
            'Blocked minutes', 'Hours that were open but for a block: a meeting, a break, another calendar. They are not bookable.',
            'blocked_minutes'),
        'booked_minutes': minutes_metric(
            'Booked minutes', 'Bookable minutes held by visits that were not cancelled nor moved away: kept, missed, left unseen, unresolved or to come. Visits at the same time count once.',
            'booked_minutes', 'up'),
        'kept_minutes': minutes_metric(
            'Kept minutes', 'Bookable minutes of completed visits, overlaps once. Care outside the hours is not in it.',
            'kept_minutes', 'up'),
        'schedule_fill_rate': capacity_rate(
            'Schedule fill', none, 'Booked minutes / bookable minutes; visits at the same time count once.',
            'HFMA, percentage of patient schedule occupied', 'booked_minutes'),
        'schedule_fill_rate_doubled': capacity_rate(
            'Schedule fill, double bookings counted', none, 'Booked minutes, visits at the same time counted each / bookable minutes; may exceed 100 %.',
            'HFMA, percentage of patient schedule occupied', 'booked_minutes_doubled'),
        'kept_utilization': capacity_rate(
            'Kept utilization', none, 'Minutes of completed visits inside bookable hours / bookable minutes.',
            'our default', 'kept_minutes'),
        'kept_utilization_with_outside': capacity_rate(
            'Kept utilization, care outside hours included', none, 'Minutes of completed visits, inside bookable hours and outside / bookable minutes; may exceed 100 %.',
            'our default', 'kept_minutes', beyond='kept_minutes_outside'),
        'buffer_share': capacity_rate(
            'Buffer share', none, 'Bookable minutes held by buffers before and after visits, and by no visit / bookable minutes.',
            'our default', 'buffer_minutes', better='down'),
        'slot_fill_rate': capacity_rate(
            'Slots taken', none, 'Slots taken / slots; only sources that list slots.',
            'our default', 'slots_taken', whole='slots'),
    }) }}
{%- endmacro %}
