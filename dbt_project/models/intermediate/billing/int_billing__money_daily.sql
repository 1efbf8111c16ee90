{% set measures = [
    'charged_minor', 'charged_service_minor', 'contractual_minor', 'contractual_service_minor', 'net_service_minor',
    'write_off_minor', 'courtesy_minor', 'small_balance_minor', 'charity_minor', 'denial_minor', 'bad_debt_minor',
    'timely_filing_minor', 'no_authorisation_minor', 'no_cover_minor', 'documentation_minor',
    'allowance_minor', 'collected_minor', 'refunded_minor', 'waiting_minor',
] %}
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ forget(this, changed_days('metric_date')) }}",
) }}
with entries as (select * from {{ ref('fct_ledger_entries') }}),

moved as (
    select
        source, location_id, provider_id, service_id, payer_id, referral_source_id,
        post_date as metric_date,
        {{ net_credit(income_accounts()) }} as charged_minor,
        {{ net_credit("('4000')") }} as charged_service_minor,
        {{ net_debit("('4100')") }} as contractual_minor,
        {{ net_debit("('4100')", "charge_kind = 'service'") }} as contractual_service_minor,
        {{ net_credit("('4000')") }} - {{ net_debit("('4100')", "charge_kind = 'service'") }}
        - {{ net_credit("('1190')") }} as net_service_minor,
        {{ net_debit(write_off_accounts()) }} as write_off_minor,
        {%- for class, account in write_off_classes().items() %}
        {{ net_debit("('" ~ account ~ "')") }} as {{ class }}_minor,
        {%- endfor %}
        {%- for kind in avoidable_denials() %}
        {{ net_debit("('4140')", "denial_kind = '" ~ kind ~ "'") }} as {{ kind }}_minor,
        {%- endfor %}
        {{ net_credit("('1190')") }} as allowance_minor,
        {{ net_debit(cash_accounts(), is_received()) }} as collected_minor,
        {{ net_credit(cash_accounts(), "transaction_kind = 'refund'") }} as refunded_minor,
        {{ net_credit(waiting_accounts()) }} as waiting_minor
    from entries
    where account not in {{ receivable_accounts() }} and account <> '4105'
        and {{ changed_days('post_date') }}
    group by all
),

not_zero as (
    select *
    from moved
    where {% for measure in measures %}{{ measure }} <> 0{{ ' or ' if not loop.last }}{% endfor %}
)

select * from not_zero order by metric_date
