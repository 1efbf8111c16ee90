{% set our_default = 'our default' %}
{% set visits = attendance_metrics() %}
{% set money = money_metrics() %}
with definitions (
    metric, label, variant, formula, unit, kind, is_ratio, date_role, source_of_definition, better
) as (
    values
    ('booked_visits', 'Booked visits', null, 'Visits with a start on the day; those entered in error are left out.',
        'count', 'additive', false, 'start', '{{ our_default }}', 'up'),
    ('completed_visits', 'Completed visits', null, 'Visits that took place. High end: and all unresolved ones.',
        'count', 'additive', false, 'start', '{{ our_default }}', 'up'),
    ('unresolved_visits', 'Unresolved visits', null, 'Visits past their start that nobody has stated an outcome for.',
        'count', 'additive', false, 'start', '{{ our_default }}', 'down'),
    ('no_show_rate_due', 'No-show rate, of visits due', 'c', 'No-shows / (completed + no-show + cancelled late by the client). Moved, cancelled in time and left unseen are in neither.',
        'ratio', 'additive', true, 'start', '{{ our_default }}; comparable between sites', 'down'),
    ('no_show_rate_booked', 'No-show rate, of all booked', 'b', 'No-shows / all visits booked for the day.',
        'ratio', 'additive', true, 'start', 'common; MGMA-style figure', 'down'),
    ('no_show_rate_combined', 'No-shows and all cancellations, of all booked', 'd', '(No-shows + every cancellation, whoever cancelled) / all visits booked for the day. A moved visit is no cancellation.',
        'ratio', 'additive', true, 'start', 'WebPT', 'down'),
    ('no_show_rate_unusable', 'Missed or cancelled too late to refill, of all booked', 'e', '(No-shows + cancelled late by the client) / all visits booked for the day.',
        'ratio', 'additive', true, 'start', 'published no-show study (PLOS)', 'down'),
    ('no_show_rate_did_not_attend', 'Did not attend', 'f', 'No-shows / (completed + no-show).',
        'ratio', 'additive', true, 'start', 'NHS', 'down'),
    ('late_cancel_rate', 'Late cancellation rate', null, 'Cancelled late by the client / (completed + no-show + cancelled late by the client).',
        'ratio', 'additive', true, 'start', '{{ our_default }}', 'down'),
    ('kept_rate', 'Kept rate', null, 'Completed / (completed + no-show + cancelled late by the client) = 1 − no-show rate of visits due − late cancellation rate.',
        'ratio', 'additive', true, 'start', '{{ our_default }}', 'up'),
    ('cancellation_rate', 'Client cancellation rate', null, 'Cancelled by the client, in time or late / all visits booked for the day. High end: and cancelled by unknown, and unresolved.',
        'ratio', 'additive', true, 'start', '{{ our_default }}, by start date', 'down'),
    ('charged', 'Charged', null, 'Charges posted on the day less charges voided on the day, at full fee: ledger accounts 4000, 4010 and 4020.',
        'minor', 'additive', false, 'post', 'ledger', 'up'),
    ('collected', 'Collected', null, 'Money received on the day less refunds and voided payments, from clients and payers, applied or not.',
        'minor', 'additive', false, 'post', 'ledger', 'up'),
    ('ar_open', 'Accounts receivable', null, 'Open items (charge × party) that are owed at the end of the day; credits are not subtracted.',
        'minor', 'semi_additive', false, 'as_of', 'ledger', 'down'),
    ('ar_credit', 'Credit items', null, 'Open items in credit at the end of the day, as a positive amount; only imported history has any.',
        'minor', 'semi_additive', false, 'as_of', 'ledger', 'down'),
    ('unapplied_credit', 'Unapplied money', null, 'Money held for clients and payers at the end of the day: unapplied payments, deposits, packages, payer credit.',
        'minor', 'semi_additive', false, 'as_of', 'ledger', 'down'),
    ('days_in_ar_gross', 'Days in AR, gross', 'a', 'Open receivables × 90 / charges of the last 90 days, the day itself included.',
        'days', 'semi_additive', true, 'as_of', 'PCC', 'down'),
    ('days_in_ar_gross_net_of_credits', 'Days in AR, gross, net of credits', 'b', '(Open receivables − credit items) × 90 / charges of the last 90 days; credits are subtracted once.',
        'days', 'semi_additive', true, 'as_of', 'AAPC', 'down'),
    ('days_in_ar_adjusted', 'Days in AR, adjusted', 'c', 'Open receivables × 90 / (charges − contractual adjustments) of the last 90 days.',
        'days', 'semi_additive', true, 'as_of', 'MGMA, with a window of 90 days', 'down'),
    ('days_in_ar_net', 'Days in AR, net', 'd', '(Open receivables − contractual adjustments still expected) × 90 / (charges − contractual adjustments) of the last 90 days.',
        'days', 'semi_additive', true, 'as_of', 'HFMA, with a window of 90 days', 'down')
),

-- The rows behind a number, for pages that open it: their table, date and condition, and what each row adds.
attendance_rows as (
    {%- for metric, parts in visits.items() %}
    {%- set counted = parts.get('denominator') or parts.numerator %}
    select
        '{{ metric }}' as metric, 'fct_appointments' as rows_table, 'start_date' as rows_date,
        {{ sql_text(counted_as(counted)) }} as rows_where,
        {{ sql_text('cast(' ~ counted_as(parts.numerator) ~ ' as bigint)') }} as rows_numerator,
        {{ sql_text('cast(' ~ counted_as(parts.denominator) ~ ' as bigint)') if 'denominator' in parts else 'null' }} as rows_denominator
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

money_rows as (
    {%- for metric, parts in money.items() if 'rows' in parts %}
    select
        '{{ metric }}' as metric, '{{ parts.rows.table }}' as rows_table, '{{ parts.rows.date }}' as rows_date,
        {{ sql_text(parts.rows.where) }} as rows_where, {{ sql_text(parts.rows.numerator) }} as rows_numerator,
        null as rows_denominator
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

rows_behind as (
    select * from attendance_rows
    union all
    select * from money_rows
),

finished as (
    select
        definitions.*,
        rows_behind.* exclude (metric),
        case when definitions.date_role = 'as_of'
            then 'source, location, provider, payer and day'
            else 'source, location, provider, service, payer and day'
        end as grain
    from definitions
    left join rows_behind on definitions.metric = rows_behind.metric
)

select
    metric, label, variant, formula, unit, kind, is_ratio, better, date_role, grain, source_of_definition,
    rows_table, rows_date, rows_where, rows_numerator, rows_denominator
from finished
