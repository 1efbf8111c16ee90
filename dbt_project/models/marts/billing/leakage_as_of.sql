{{ config(
    materialized='table_function',
    parameters=['as_of_date'],
    contract={'enforced': false},
    persist_docs={'relation': false, 'columns': false},
) }}
with build as (select * from {{ here(ref('int_build')) }}),

visits as (select * from {{ here(ref('int_billing__visits_to_pay')) }}),

facts as (select * from {{ here(ref('int_billing__charged_visits')) }}),

bills as (select * from {{ here(ref('int_billing__bills')) }}),

money as (
    select
        charge_id,
        {{ money_of_a_charge() }}
    from {{ here(ref('int_billing__entries')) }}
    where charge_id is not null and source = 'record' and post_date <= as_of_date
    group by charge_id
),

{{ places_of_visits('as_of_date') }}

select * from finished
