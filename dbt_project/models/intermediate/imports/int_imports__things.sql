{% set kinds = ['payer', 'provider', 'location', 'service'] %}
with visits as (select * from {{ ref('stg_imports__appointments') }}),

postings as (select * from {{ ref('stg_imports__postings') }}),

slots as (select * from {{ ref('stg_imports__slots') }}),

names as (select * from {{ ref('stg_imports__names') }}),

mentioned as (
    {%- for kind in kinds %}
    select source, '{{ kind }}' as kind, {{ kind }}_id as id from visits
    union all
    {%- endfor %}
    {%- for kind in kinds if kind != 'service' %}
    select source, '{{ kind }}' as kind, {{ kind }}_id as id from postings
    union all
    {%- endfor %}
    {%- for kind in ['provider', 'location'] %}
    select source, '{{ kind }}' as kind, {{ kind }}_id as id from slots
    union all
    {%- endfor %}
    select source, kind, id from names
),

things as (
    select distinct source, kind, id from mentioned where id is not null
),

finished as (
    select things.source, things.kind, things.id, names.name
    from things
    left join names on things.source = names.source and things.kind = names.kind and things.id = names.id
)

select * from finished order by source, kind, id
