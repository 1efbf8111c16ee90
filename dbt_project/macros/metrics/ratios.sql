{#
    One amount as a share of another. `part` picks 'value', or 'numerator' and 'denominator' alone, which re-sum over
    slices. Null where there is nothing to divide by.
#}
{% macro share(numerator, denominator, part='value') -%}
    {%- if part == 'numerator' -%} ({{ numerator }})
    {%- elif part == 'denominator' -%} ({{ denominator }})
    {%- else -%} ({{ numerator }}) / nullif(cast({{ denominator }} as double), 0)
    {%- endif -%}
{%- endmacro %}
