{# A share of the first claims of the days on which they were sent, as known today: `what` is the cube's column. #}
{% macro claim_rate(label, variant, formula, better, what, of, where, flag, source) -%}
    {{ return({
        'label': label, 'variant': variant, 'formula': formula, 'unit': 'ratio', 'kind': 'additive', 'better': better,
        'date_role': 'sent', 'source_of_definition': source,
        'parts': [{'cube': 'claims', 'numerator': what, 'denominator': of}],
        'rows': {
            'table': 'fct_claims', 'date': 'sent_date', 'where': where,
            'numerator': 'cast(' ~ flag ~ ' as bigint)', 'denominator': '1',
        },
    }) }}
{%- endmacro %}

{#
    Claims by the day of sending. A cohort is young until payers have had time to answer: judge denials and settlement of
    claims sent 60 days ago or earlier.
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
        'claim_acceptance_rate': claim_rate(
            'Claims accepted at first', 'acknowledged', 'First claims that the receiver accepted and nobody rejected / first claims that were acknowledged. Not the share that passes our own checks: those are made before a claim is sent.',
            'up', 'accepted_at_first', 'acknowledged', 'is_first and (is_accepted or is_rejected)',
            'is_accepted and not is_rejected', 'common',
        ),
        'initial_denial_rate': claim_rate(
            'Initial denial rate', 'claims', 'First claims of which the first remittance denied something / first claims sent. A rejection before the payer, a contractual zero and a take-back are no denials. Judge days 60 days back or more: payers need time.',
            'down', 'denied_at_first', 'first_claims', 'is_first', 'is_denied_at_first', 'HFMA, by cohort of sending',
        ),
        'first_pass_resolution_rate': claim_rate(
            'First-pass resolution', 'claims', 'First claims that a remittance settled without rejection, denial, take-back or another claim / first claims sent. Judge days 60 days back or more.',
            'up', 'settled_at_first', 'first_claims', 'is_first', 'is_settled_at_first', 'common',
        ),
        'claim_lag_days_median': {
            'label': 'Claim lag, median',
            'formula': 'Median of the days from the visit to the sending of its first claim, by the day of sending.',
            'unit': 'days', 'kind': 'distribution', 'aggregate': 'median', 'better': 'down', 'date_role': 'sent',
            'source_of_definition': 'common', 'dimensions': ['location', 'provider', 'payer'],
            'rows': {
                'table': 'fct_claims', 'date': 'sent_date', 'where': 'is_first', 'numerator': 'claim_lag_days',
            },
        },
    }) }}
{%- endmacro %}
