{# What a counted visit is for the metrics: its outcome, and for a cancellation in time also by whom. #}
{% macro visit_classes() -%}
    {{ return([
        'completed', 'no_show', 'late_cancelled', 'cancelled_by_client', 'cancelled_by_practice', 'cancelled_by_unknown',
        'rescheduled', 'left_unseen', 'unresolved', 'scheduled',
    ]) }}
{%- endmacro %}

{# The condition that a visit of fct_appointments counts as one of the classes. #}
{% macro counted_as(classes) -%}
    {{ 'counted_as is not null' if classes == 'all' else "counted_as in ('" ~ classes | join("', '") ~ "')" }}
{%- endmacro %}

{# The sum of the daily counts of those classes. #}
{% macro sum_of(classes) -%}
    {{ 'booked' if classes == 'all' else classes | join(' + ') }}
{%- endmacro %}

{#
    A count or rate of visits. `numerator` and `high` are the classes counted in the numerator and at the high end of the
    band besides, `denominator` those it is divided by (none: a count; 'all': every visit but those entered in error).
    An unresolved visit is in no point estimate of what is due; where the denominator leaves it out, the band counts it in.
#}
{% macro visit_metric(label, variant, formula, better, source_of_definition, numerator, denominator=none, high=none) -%}
    {%- set part = {'cube': 'attendance', 'numerator': sum_of(numerator)} -%}
    {%- if denominator -%} {%- do part.update({'denominator': sum_of(denominator)}) -%} {%- endif -%}
    {%- if high -%}
        {%- do part.update({'low_numerator': sum_of(numerator), 'high_numerator': sum_of(numerator + high)}) -%}
        {%- if denominator -%}
            {%- set band = sum_of(denominator if denominator == 'all' else denominator + ['unresolved']) -%}
            {%- do part.update({'low_denominator': band, 'high_denominator': band}) -%}
        {%- endif -%}
    {%- endif -%}
    {%- set rows = {
        'table': 'fct_appointments', 'date': 'start_date', 'where': counted_as(denominator or numerator),
        'numerator': 'cast(' ~ counted_as(numerator) ~ ' as bigint)',
    } -%}
    {%- if denominator -%}
        {%- do rows.update({'denominator': 'cast(' ~ counted_as(denominator) ~ ' as bigint)'}) -%}
    {%- endif -%}
    {{ return({
        'label': label, 'variant': variant, 'formula': formula, 'unit': 'ratio' if denominator else 'count',
        'kind': 'additive', 'better': better, 'date_role': 'start', 'source_of_definition': source_of_definition,
        'parts': [part], 'rows': rows,
    }) }}
{%- endmacro %}

{# Its denominator is hours, not visits: two cubes, and two tables of rows. #}
{% macro slot_metric() -%}
    {%- set spec = visit_metric(
        'No-show rate, of all slots', 'a', 'No-shows / all slots of the day, booked or not. Slots of the record are its bookable minutes / 30 by provider and day, rounded.',
        'down', 'IHI', ['no_show'], high=['unresolved']) -%}
    {%- do spec.update({
        'unit': 'ratio',
        'parts': spec.parts + [{'cube': 'capacity', 'denominator': 'slots', 'low_denominator': 'slots', 'high_denominator': 'slots'}],
        'rows2': {'table': 'fct_availability', 'date': 'available_date', 'where': 'slots > 0', 'denominator': 'slots'},
    }) -%}
    {{ return(spec) }}
{%- endmacro %}

{# What became of visits, by the day that they start. #}
{% macro attendance_metrics() -%}
    {%- set due = ['completed', 'no_show', 'late_cancelled'] -%}
    {%- set by_client = ['late_cancelled', 'cancelled_by_client'] -%}
    {%- set cancelled = by_client + ['cancelled_by_practice', 'cancelled_by_unknown'] -%}
    {%- set open = ['unresolved'] -%}
    {{ return({
        'booked_visits': visit_metric(
            'Booked visits', none, 'Visits with a start on the day; those entered in error are left out.',
            'up', 'our default', 'all'),
        'completed_visits': visit_metric(
            'Completed visits', none, 'Visits that took place. High end: and all unresolved ones.',
            'up', 'our default', ['completed'], high=open),
        'unresolved_visits': visit_metric(
            'Unresolved visits', none, 'Visits past their start that nobody has stated an outcome for.',
            'down', 'our default', open),
        'no_show_rate_slots': slot_metric(),
        'no_show_rate_due': visit_metric(
            'No-show rate, of visits due', 'c', 'No-shows / (completed + no-show + cancelled late by the client). Moved, cancelled in time and left unseen are in neither.',
            'down', 'our default; comparable between sites', ['no_show'], due, open),
        'no_show_rate_booked': visit_metric(
            'No-show rate, of all booked', 'b', 'No-shows / all visits booked for the day.',
            'down', 'common; MGMA-style figure', ['no_show'], 'all', open),
        'no_show_rate_combined': visit_metric(
            'No-shows and all cancellations, of all booked', 'd', '(No-shows + every cancellation, whoever cancelled) / all visits booked for the day. A moved visit is no cancellation.',
            'down', 'WebPT', ['no_show'] + cancelled, 'all', open),
        'no_show_rate_unusable': visit_metric(
            'Missed or cancelled too late to refill, of all booked', 'e', '(No-shows + cancelled late by the client) / all visits booked for the day.',
            'down', 'published no-show study (PLOS)', ['no_show', 'late_cancelled'], 'all', open),
        'no_show_rate_did_not_attend': visit_metric(
            'Did not attend', 'f', 'No-shows / (completed + no-show).',
            'down', 'NHS', ['no_show'], ['completed', 'no_show'], open),
        'late_cancel_rate': visit_metric(
            'Late cancellation rate', none, 'Cancelled late by the client / (completed + no-show + cancelled late by the client).',
            'down', 'our default', ['late_cancelled'], due, open),
        'kept_rate': visit_metric(
            'Kept rate', none, 'Completed / (completed + no-show + cancelled late by the client) = 1 − no-show rate of visits due − late cancellation rate.',
            'up', 'our default', ['completed'], due, open),
        'cancellation_rate': visit_metric(
            'Client cancellation rate', none, 'Cancelled by the client, in time or late / all visits booked for the day. High end: and cancelled by unknown, and unresolved.',
            'down', 'our default, by start date', by_client, 'all', open + ['cancelled_by_unknown']),
        'cancellation_rate_practice': visit_metric(
            'Practice cancellation rate', none, 'Cancelled by the provider or the practice / all visits booked for the day. High end: and cancelled by unknown.',
            'down', 'our default, by start date', ['cancelled_by_practice'], 'all', ['cancelled_by_unknown']),
    }) }}
{%- endmacro %}
