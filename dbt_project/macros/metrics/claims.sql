{# A share of first claims of the days on which they were sent or answered: `what` and `of` are the cube's columns. #}
{% macro claim_rate(label, variant, formula, better, what, of, where, flag, source, date='sent_date', amount='1', table='fct_claims') -%}
    {{ return({
        'label': label, 'variant': variant, 'formula': formula, 'unit': 'ratio', 'kind': 'additive', 'better': better,
        'date_role': date | replace('first_', '') | replace('_date', ''), 'source_of_definition': source,
        'parts': [{'cube': 'claims', 'numerator': what, 'denominator': of}],
        'rows': {
            'table': table, 'date': date, 'where': where,
            'numerator': 'cast(' ~ flag ~ ' as bigint)', 'denominator': amount,
        },
    }) }}
{%- endmacro %}

{#
    What first remittances of the period denied, over what was sent in a month before it: the average of the claims sent 30,
    60 and 90 days earlier. Both sides are times three, so that they stay whole.
#}
{% macro denials_of_period(label, variant, formula, denied, sent, row_denied, row_sent) -%}
    {%- set months = [30, 60, 90] -%}
    {{ return({
        'label': label, 'variant': variant, 'formula': formula, 'unit': 'ratio', 'kind': 'additive', 'better': 'down',
        'date_role': 'answered, sent', 'source_of_definition': 'HFMA, claim integrity task force',
        'parts': [
            {'cube': 'claims', 'numerator': '3 * ' ~ denied},
            {'cube': 'claims', 'denominator': sent, 'later': months},
        ],
        'rows': {
            'table': 'fct_claims', 'date': 'first_answered_date', 'where': 'is_first and is_denied_at_first',
            'numerator': '3 * ' ~ row_denied,
        },
        'rows2': {
            'table': 'fct_claims', 'date': 'sent_date', 'where': 'is_first', 'denominator': row_sent, 'later': months,
        },
    }) }}
{%- endmacro %}

{# Days from the first remittance that denied something to the claim's `until`. #}
{% macro denial_days(label, what, until) -%}
    {{ return({
        'label': label, 'formula': 'Median of the days from the first remittance, which denied something, to ' ~ what ~ '; by the day of the denial.',
        'unit': 'days', 'kind': 'distribution', 'aggregate': 'median', 'better': 'down', 'date_role': 'answered',
        'source_of_definition': 'HFMA, claim integrity task force', 'dimensions': ['location', 'provider', 'payer'],
        'rows': {
            'table': 'fct_claims', 'date': 'first_answered_date', 'where': 'is_first and ' ~ until ~ ' is not null',
            'numerator': until ~ ' - first_answered_date',
        },
    }) }}
{%- endmacro %}

{#
    Claims by the day of sending. A cohort is young until payers have had time to answer: the mature variants leave claims
    of the last 60 days out.
#}
{% macro claim_metrics() -%}
    {{ return({
        'claims_sent': {
            'label': 'Claims sent',
            'formula': 'Claims sent on the day for the first time; corrections, voids and claims sent again after a rejection are left out.',
            'unit': 'count', 'kind': 'additive', 'better': none, 'date_role': 'sent', 'source_of_definition': 'HFMA',
            'parts': [{'cube': 'claims', 'numerator': 'first_claims'}],
            'rows': {'table': 'fct_claims', 'date': 'sent_date', 'where': 'is_first', 'numerator': '1'},
        },
        'clean_claim_rate': claim_rate(
            'Clean claim rate', 'claims', 'Claims that passed all edits when they were looked through for the first time, before anybody touched them / claims looked through for the first time, by the day of that look. Sent again or corrected, a claim is not counted anew. What the receiver says afterwards is the clearinghouse acceptance rate.',
            'up', 'clean_claims', 'entered_claims', none, 'is_clean', 'HFMA CL-1', date='entered_date',
            table='fct_claim_checks',
        ),
        'clean_claim_rate_amount': claim_rate(
            'Clean claim rate, by amount', 'gross charges', 'What claims ask for, at full fee, that passed all edits at the first look / what all claims ask for that were looked through for the first time.',
            'up', 'clean_minor', 'entered_minor', none, 'case when is_clean then total_minor else 0 end', 'HFMA CL-1, by amount', date='entered_date',
            amount='total_minor', table='fct_claim_checks',
        ),
        'clearinghouse_acceptance_rate': claim_rate(
            'Clearinghouse acceptance rate', 'acknowledged', 'First claims that the receiver accepted and nobody rejected (999, 277CA) / first claims that were acknowledged. Not the share that passes our own edits, which is the clean claim rate.',
            'up', 'accepted_at_first', 'acknowledged', 'is_first and (is_accepted or is_rejected)',
            'is_accepted and not is_rejected', 'common',
        ),
        'initial_denial_rate': claim_rate(
            'Initial denial rate', 'claims', 'First claims of which the first remittance denied something / first claims sent. A rejection before the payer, a contractual zero and a take-back are no denials. Young claims are in it: judge days 60 days back or more, or take the mature variant.',
            'down', 'denied_at_first', 'first_claims', 'is_first', 'is_denied_at_first', 'HFMA, by cohort of sending',
        ),
        'initial_denial_rate_mature': claim_rate(
            'Initial denial rate, mature claims', 'mature', 'First claims of which the first remittance denied something / first claims sent, of those sent 60 days ago or earlier.',
            'down', 'mature_denied', 'mature_claims', 'is_first and is_mature', 'is_denied_at_first', 'HFMA, by cohort of sending',
        ),
        'initial_denial_rate_amount': claim_rate(
            'Initial denial rate, by amount', 'gross charges', 'What first remittances denied of first claims / what those claims asked for, at full fee.',
            'down', 'denied_minor', 'sent_minor', 'is_first', 'denied_at_first_minor', 'HFMA, by cohort of sending',
            amount='total_minor',
        ),
        'initial_denial_rate_period': denials_of_period(
            'Initial denial rate, of the period', 'three months before', 'First claims that a first remittance of the period denied in part or whole / the average of the first claims sent 30, 60 and 90 days earlier. Both are shown times three.',
            'answered_denied', 'first_claims', '1', '1',
        ),
        'initial_denial_rate_period_amount': denials_of_period(
            'Initial denial rate, of the period by amount', 'three months before, gross charges', 'What first remittances of the period denied / the average of what first claims sent 30, 60 and 90 days earlier asked for. Both are shown times three.',
            'answered_denied_minor', 'sent_minor', 'denied_at_first_minor', 'total_minor',
        ),
        'primary_denial_rate': claim_rate(
            'Primary denial rate', 'remittances', 'First remittances of payers asked first that paid nothing and denied something / first remittances of payers asked first, by the day of payment. Later remittances of the same claim are left out, and so is a zero that the client owes. The field takes four weeks.',
            'down', 'answered_primary_nothing', 'answered_primary', 'is_first and is_answered and rank = 1', 'is_denied_outright',
            'HFMA, claim integrity task force', date='first_answered_date',
        ),
        'first_pass_resolution_rate': claim_rate(
            'First-pass resolution', 'claims', 'First claims that a remittance settled without rejection, denial, take-back or another claim / first claims sent. Judge days 60 days back or more, or take the mature variant.',
            'up', 'settled_at_first', 'first_claims', 'is_first', 'is_settled_at_first', 'common',
        ),
        'first_pass_resolution_rate_mature': claim_rate(
            'First-pass resolution, mature claims', 'mature', 'First claims that a remittance settled without rejection, denial, take-back or another claim / first claims sent, of those sent 60 days ago or earlier.',
            'up', 'mature_settled', 'mature_claims', 'is_first and is_mature', 'is_settled_at_first', 'common',
        ),
        'denials_overturned_rate': claim_rate(
            'Denials overturned', 'resolved', 'Denials of first claims after which more was paid than at first / denials of first claims that ended: paid after all, written off, or moved to the client. By the day of the denial.',
            'up', 'answered_overturned', 'answered_resolved', 'is_first and resolved_date is not null', 'is_overturned',
            'HFMA, claim integrity task force', date='first_answered_date',
        ),
        'denial_to_appeal_days_median': denial_days(
            'Denial to appeal, median', 'the appeal', 'appealed_date'),
        'denial_to_resolution_days_median': denial_days(
            'Denial to its end, median', 'what ended it: paid after all, written off, or moved to the client', 'resolved_date'),
    }) }}
{%- endmacro %}
