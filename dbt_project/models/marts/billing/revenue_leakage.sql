{#
    Each visit's expected money, cut into the places where it is. A row is a visit and a place; the rows of a visit add up
    to what it should bring, so that nothing is lost between the reports.
#}
with build as (select * from {{ ref('int_build') }}),

visits as (select * from {{ ref('int_billing__visits_to_pay') }}),

facts as (select * from {{ ref('int_billing__charged_visits') }}),

bills as (select * from {{ ref('int_billing__bills') }}),

money as (
    select
        charge_id, charged_minor, collected_minor, collected_from_payer_minor, contractual_minor, written_off_minor,
        open_client_minor, open_payer_minor, contractual_date, client_owes_since
    from {{ ref('int_billing__charge_places') }}
),

{{ places_of_visits('(select today from build)') }}

select * from finished
