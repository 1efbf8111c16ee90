{#
    Days in AR: what is owed, over what is charged per day. Every variant is this formula with other amounts:
        gross (a)                    open                  / gross charges
        gross net of credits (b)     open − credits        / gross charges
        adjusted (c)                 open                  / charges − contractual
        net (d)                      open − allowance      / charges − contractual
    `days` is the length of the window that the charges come from: 90 for a tile, the month's own for a monthly example.
    `part` picks 'value', or 'numerator' and 'denominator' alone, which re-sum over slices. Null where nothing was charged.
#}
{% macro days_in_ar(open, charges, days, part='value') -%}
    {%- if part == 'numerator' -%} ({{ open }}) * {{ days }}
    {%- elif part == 'denominator' -%} ({{ charges }})
    {%- else -%} ({{ open }}) * {{ days }} / nullif(cast({{ charges }} as double), 0)
    {%- endif -%}
{%- endmacro %}
