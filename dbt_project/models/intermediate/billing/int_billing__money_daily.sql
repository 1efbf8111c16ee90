with entries as (select * from {{ ref('fct_ledger_entries') }}),

moved as (
    select
        source, location_id, provider_id, service_id, payer_id,
        post_date as metric_date,
        {{ net_credit(income_accounts()) }} as charged_minor,
        {{ net_debit("('4100')") }} as contractual_minor,
        {{ net_credit("('1190')") }} as allowance_minor,
        {{ net_debit(cash_accounts()) }} as collected_minor,
        {{ net_credit(waiting_accounts()) }} as waiting_minor
    from entries
    group by all
),

not_zero as (
    select *
    from moved
    where charged_minor <> 0 or contractual_minor <> 0 or allowance_minor <> 0
        or collected_minor <> 0 or waiting_minor <> 0
)

select * from not_zero
