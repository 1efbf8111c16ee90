{#
    The attendance metrics, once. `numerator`, `low` and `high` are the outcomes counted in the numerator and at the ends of
    the band, `denominator` those it is divided by (none: a count; 'all': every visit but those entered in error).
    An unresolved visit is in no point estimate of what is due; where the denominator leaves it out, the band counts it in.
    The words are those of fct_appointments.counted_as.
#}
{% macro attendance_metrics() -%}
    {%- set due = ['completed', 'no_show', 'late_cancelled'] -%}
    {%- set by_client = ['late_cancelled', 'cancelled_by_client'] -%}
    {%- set cancelled = by_client + ['cancelled_by_practice', 'cancelled_by_unknown'] -%}
    {{ return({
        'booked_visits': {'numerator': 'all'},
        'completed_visits': {'numerator': ['completed'], 'high': ['unresolved']},
        'unresolved_visits': {'numerator': ['unresolved']},
        'no_show_rate_due': {'numerator': ['no_show'], 'denominator': due, 'high': ['unresolved']},
        'no_show_rate_booked': {'numerator': ['no_show'], 'denominator': 'all', 'high': ['unresolved']},
        'no_show_rate_combined': {'numerator': ['no_show'] + cancelled, 'denominator': 'all', 'high': ['unresolved']},
        'no_show_rate_unusable': {'numerator': ['no_show', 'late_cancelled'], 'denominator': 'all', 'high': ['unresolved']},
        'no_show_rate_did_not_attend': {'numerator': ['no_show'], 'denominator': ['completed', 'no_show'], 'high': ['unresolved']},
        'late_cancel_rate': {'numerator': ['late_cancelled'], 'denominator': due, 'high': ['unresolved']},
        'kept_rate': {'numerator': ['completed'], 'denominator': due, 'high': ['unresolved']},
        'cancellation_rate': {'numerator': by_client, 'denominator': 'all', 'high': ['unresolved', 'cancelled_by_unknown']},
    }) }}
{%- endmacro %}

{# What a counted visit is for the metrics: its outcome, and for a cancellation in time also by whom. #}
{% macro visit_classes() -%}
    {{ return([
        'completed', 'no_show', 'late_cancelled', 'cancelled_by_client', 'cancelled_by_practice', 'cancelled_by_unknown',
        'rescheduled', 'left_unseen', 'unresolved', 'scheduled',
    ]) }}
{%- endmacro %}

{# The condition that a visit counts as one of the classes. #}
{% macro counted_as(classes) -%}
    {{ 'counted_as is not null' if classes == 'all' else "counted_as in ('" ~ classes | join("', '") ~ "')" }}
{%- endmacro %}

{# Metrics of money: `cube` and the columns or expressions of it, and the `rows` behind. They have no band. #}
{% macro money_metrics() -%}
    {%- set variants = {
        'days_in_ar_gross': ['open_minor', 'charged_90_minor'],
        'days_in_ar_gross_net_of_credits': ['open_minor - credit_minor', 'charged_90_minor'],
        'days_in_ar_adjusted': ['open_minor', 'charged_90_minor - contractual_90_minor'],
        'days_in_ar_net': ['open_minor - allowance_minor', 'charged_90_minor - contractual_90_minor'],
    } -%}
    {%- set owed = {'table': 'ar_daily', 'date': 'as_of_date'} -%}
    {%- set posted = {'table': 'fct_ledger_entries', 'date': 'post_date'} -%}
    {%- set metrics = {
        'charged': {'cube': 'money', 'numerator': 'charged_minor', 'rows': dict(
            posted, where='account in ' ~ income_accounts(), numerator='credit_minor - debit_minor')},
        'collected': {'cube': 'money', 'numerator': 'collected_minor', 'rows': dict(
            posted, where='account in ' ~ cash_accounts(), numerator='debit_minor - credit_minor')},
        'ar_open': {'cube': 'receivables', 'numerator': 'open_minor', 'rows': dict(
            owed, where="aging_clock = 'service_date' and open_minor <> 0", numerator='open_minor')},
        'ar_credit': {'cube': 'receivables', 'numerator': 'credit_minor', 'rows': dict(
            owed, where="aging_clock = 'service_date' and credit_minor <> 0", numerator='credit_minor')},
        'unapplied_credit': {'cube': 'receivables', 'numerator': 'waiting_minor'},
    } -%}
    {%- for metric, (open, charges) in variants.items() -%}
        {%- do metrics.update({metric: {
            'cube': 'receivables',
            'numerator': days_in_ar(open, charges, 90, 'numerator'),
            'denominator': days_in_ar(open, charges, 90, 'denominator'),
        }}) -%}
    {%- endfor -%}
    {{ return(metrics) }}
{%- endmacro %}

{# The sum of the daily counts of those classes. #}
{% macro sum_of(classes) -%}
    {{ 'booked' if classes == 'all' else classes | join(' + ') if classes else 'null' }}
{%- endmacro %}
