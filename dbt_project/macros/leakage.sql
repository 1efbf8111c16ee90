{# Where the money of a charge is, from its postings: a select list, by charge. #}
{% macro money_of_a_charge() -%}
    {{ net_credit(income_accounts()) }} as charged_minor,
    {{ net_credit("('2200')") }} as tax_minor,
    {{ net_debit(cash_accounts(), 'true') }} + {{ net_debit(waiting_accounts(), 'true') }} as collected_minor,
    {{ net_debit("('1040', '2130')") }} as collected_from_payer_minor,
    {{ net_debit("('4100')") }} as contractual_minor,
    {{ net_debit(write_off_accounts()) }} as written_off_minor,
    {{ net_debit("('1110')") }} as open_client_minor,
    {{ net_debit("('1100')") }} as open_payer_minor,
    max(post_date) filter (account = '4100') as contractual_date,
    -- Of what is open now the latest part counts: a share that a remittance leaves to the client is a new one.
    max(post_date) filter (account = '1110' and debit_minor > 0) as client_owes_since
{%- endmacro %}

{#
    Each visit's expected money at the end of a day, cut into the places where it is: CTEs, the last of them `placed`. Before
    them come `build`, `visits` (int_billing__visits_to_pay), `facts` (int_billing__charged_visits), `bills`, and `money`,
    which has `money_of_a_charge` of each charge by that day. Of a day that is past, what was decided, voided, signed or
    asked for later counts for nothing; what became of visits, fees, covers and contracts are as known today.
#}
{% macro places_of_visits(day) -%}
{%- set invoice_days, silent_days, longest_days, appeal_days, charge_days = 14, 90, 365, 90, 3 -%}
invoiced as (
    select charge_id from bills where party like 'client:%' and billed_date <= {{ day }} group by charge_id
),

seen as (
    select *, let_go_at is not null and {{ was_done('let_go_at', day) }} as is_let_go
    from visits
    where {{ was_seen('start_date', day) }}
),

voided as (
    select unit_id, max(void_post_date) as void_date, arg_max(amount_minor, void_post_date) as amount_minor
    from facts
    where is_void and void_post_date <= {{ day }}
    group by unit_id
),

-- A visit whose note nobody signed within some days waits for that.
unsigned as (
    select unit_id
    from seen
    where sign_by_date < {{ day }}
    group by unit_id
    having count(*) filter (signed_at is not null and {{ was_done('signed_at', day) }}) = 0
),

charged as (
    select
        facts.*, money.* exclude (charge_id),
        money.collected_from_payer_minor <> 0 or money.contractual_minor <> 0 as is_answered,
        invoiced.charge_id is not null as is_invoiced,
        -- More taken off than the contract takes off: what the payer should still pay.
        case
            when facts.allowed_minor is null then 0
            else greatest(money.contractual_minor - greatest(facts.amount_minor - facts.allowed_minor, 0), 0)
        end as underpaid_minor
    from facts
    inner join money on facts.charge_id = money.charge_id
    left join invoiced on facts.charge_id = invoiced.charge_id
    where (not facts.is_void or facts.void_post_date > {{ day }}) and {{ was_seen('facts.start_date', day) }}
),

judged as (
    select
        charged.*,
        payer_id is null and cover_payer_id is not null and kind = 'attended' as is_payer_not_asked,
        not is_invoiced and client_owes_since + {{ invoice_days }} < {{ day }} as is_not_invoiced,
        case
            when payer_id is null then null
            when not is_covered then 'wrong_payer'
            -- Nobody asked while the payer took claims; or it was asked, and has owed it for a year.
            when case when is_filed_in_time then start_date + {{ longest_days }} else file_by_date end < {{ day }}
                then 'past_filing_limit'
            when start_date + {{ silent_days }} < {{ day }} and not is_answered then 'payer_silent'
        end as payers_leak
    from charged
),

split as (
    select
        * exclude (amount_minor, is_payer_not_asked, is_not_invoiced, payers_leak),
        unnest([
            {'place': 'collected', 'leak': null, 'amount_minor': collected_minor, 'due_date': null},
            {'place': 'contractual', 'leak': null, 'amount_minor': contractual_minor - underpaid_minor, 'due_date': null},
            {
                'place': 'leak', 'leak': 'underpaid', 'amount_minor': underpaid_minor,
                'due_date': contractual_date + {{ appeal_days }}
            },
            {
                'place': case when kind = 'missed' then 'waived' else 'written_off' end, 'leak': null,
                'amount_minor': written_off_minor, 'due_date': null
            },
            {
                'place': case when is_payer_not_asked or is_not_invoiced then 'leak' else 'open_client' end,
                'leak': case
                    when is_payer_not_asked then 'payer_not_asked'
                    when is_not_invoiced then 'not_invoiced'
                end,
                'amount_minor': open_client_minor,
                'due_date': case
                    when is_payer_not_asked then cover_file_by_date
                    when is_not_invoiced then client_owes_since + {{ invoice_days }}
                end
            },
            {
                'place': case when payers_leak is null then 'open_payer' else 'leak' end,
                'leak': payers_leak,
                'amount_minor': open_payer_minor,
                'due_date': case when payers_leak is not null then file_by_date end
            },
            {
                'place': 'leak', 'leak': 'undercharged', 'amount_minor': short_minor,
                'due_date': start_date + {{ charge_days }}
            }
        ], recursive := true)
    from judged
),

not_charged as (
    select
        visits.*,
        cast(null as text) as charge_id,
        visits.is_let_go or (visits.kind = 'missed' and voided.unit_id is not null) as is_waived,
        case when is_waived then 'waived' else 'leak' end as place,
        case
            when is_waived then null
            when visits.kind = 'missed' then 'fee_not_taken'
            when voided.unit_id is not null then 'void_not_recharged'
            when visits.fee_minor = 0 then 'no_fee'
            when unsigned.unit_id is not null then 'unsigned_note'
            else 'no_charge'
        end as leak,
        case
            when visits.kind = 'missed' then coalesce(voided.amount_minor, visits.fee_minor)
            else visits.fee_minor
        end as amount_minor,
        coalesce(voided.void_date, visits.start_date) + {{ charge_days }} as due_date
    from seen as visits
    left join voided on visits.unit_id = voided.unit_id
    left join unsigned on visits.unit_id = unsigned.unit_id
    where visits.unit_id not in (select unit_id from charged)
),

placed as (
    select * from split where amount_minor <> 0
    union all by name
    select * from not_charged where kind = 'attended' or amount_minor <> 0
),

finished as (
    select
        source,
        {{ keys([
            'attendee_id', 'appointment_id', 'charge_id', 'client_id', 'provider_id', 'location_id', 'service_id', 'payer_id',
            'referral_source_id',
        ]) }},
        attendee_id, appointment_id, charge_id, client_id, provider_id, location_id, service_id, payer_id,
        referral_source_id,
        kind as visit_kind, place, leak,
        case when place = 'leak' then case when leak = 'unsigned_note' then 'provider' else 'biller' end end as owner_role,
        start_date as service_date,
        cast(case when place = 'leak' then due_date end as date) as due_date,
        '{{ var("currency") }}' as currency,
        cast(amount_minor as bigint) as amount_minor
    from (select * replace (coalesce(payer_id, cover_payer_id) as payer_id) from placed)
)
{%- endmacro %}

{# Whether a visit is looked at: those of the day and before; today also what was cancelled too late ahead of its day. #}
{% macro was_seen(start_date, day) -%}
    ({{ start_date }} <= {{ day }} or {{ day }} >= (select today from build))
{%- endmacro %}

{# Whether something was done by the end of a day; on the build's own day all that is known was. #}
{% macro was_done(instant, day) -%}
    ({{ day }} >= (select today from build) or cast({{ instant }} as date) <= {{ day }})
{%- endmacro %}
