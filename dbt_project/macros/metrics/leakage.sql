{# Money that visits should have brought and that is in no place where it comes from by itself. #}
{% macro leakage_metrics() -%}
    {{ return({
        'revenue_leaked': {
            'label': 'Revenue leaked',
            'formula': 'Of what visits of the period should bring, the part that is a leak today, by name in revenue_leakage: not charged, its note unsigned, charged too low, asked of the wrong payer or of nobody, past the time to ask, taken off beyond the contract; and fees of missed visits that were neither charged nor waived.',
            'unit': 'minor', 'kind': 'additive', 'better': 'down', 'date_role': 'start', 'source_of_definition': 'ours',
            'parts': [{'cube': 'leakage', 'numerator': 'leaked_minor'}],
            'rows': {
                'table': 'revenue_leakage', 'date': 'service_date', 'where': "place = 'leak' and amount_minor <> 0",
                'numerator': 'amount_minor',
            },
        },
        'leakage_rate': {
            'label': 'Leakage rate',
            'formula': 'Leaks of attended visits of the period / what those visits should bring, both at the fee in force. Fees of missed visits are left out.',
            'unit': 'ratio', 'kind': 'additive', 'better': 'down', 'date_role': 'start', 'source_of_definition': 'ours',
            'parts': [{
                'cube': 'leakage', 'numerator': 'leaked_attended_minor', 'denominator': 'expected_attended_minor',
            }],
            'rows': {
                'table': 'revenue_leakage', 'date': 'service_date', 'where': "visit_kind = 'attended' and amount_minor <> 0",
                'numerator': "case when place = 'leak' then amount_minor else 0 end", 'denominator': 'amount_minor',
            },
        },
    }) }}
{%- endmacro %}
