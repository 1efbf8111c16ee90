{#
    Each visit's expected money, cut into the places where it is. A row is a visit and a place; the rows of a visit add up
    to what it should bring, so that nothing is lost between the reports.
#}
{% set invoice_days, silent_days, filing_days, appeal_days, charge_days, note_days = 14, 90, 365, 90, 3, 3 %}
with visits as (select * from {{ ref('int_billing__visits_to_pay') }}),

charged as (select * from {{ ref('int_billing__charged_visits') }}),

charges as (select * from {{ ref('fct_charges') }}),

seats as (select attendee_id, appointment_id, billing_unit from {{ ref('fct_appointments') }} where source = 'record'),

build as (select * from {{ ref('int_build') }}),

voided as (
    select
        case when seats.billing_unit = 'appointment' then seats.appointment_id else seats.attendee_id end as unit_id,
        max(charges.void_post_date) as void_date,
        arg_max(charges.amount_minor, charges.void_post_date) as amount_minor
    from charges
    inner join seats on charges.attendee_id = seats.attendee_id
    where charges.is_void
    group by unit_id
),

-- Somebody has decided, with a reason, that these are not charged.
let_go as (select attendee_id from {{ ref('stg_practice__uncharged_visits') }} where not is_withdrawn),

-- From the practice's first day with notes on, a visit whose note nobody signed within some days waits for that.
asked_for as (
    select try_cast(trim(value, '"') as date) as first_date
    from {{ ref('stg_practice__settings') }}
    where name = 'notes_since'
),

unsigned as (
    select visits.unit_id
    from visits
    cross join build
    inner join asked_for on asked_for.first_date <= visits.start_date
    left join {{ ref('stg_practice__notes') }} as notes
        on visits.attendee_id = notes.attendee_id and notes.position = 1 and notes.signed_at is not null
    where visits.start_date + {{ note_days }} < build.today and visits.kind = 'attended'
    group by visits.unit_id
    having count(notes.note_id) = 0
),

judged as (
    select
        charged.*,
        payer_id is null and cover_payer_id is not null and kind = 'attended' as is_payer_not_asked,
        not is_invoiced and client_owes_since + {{ invoice_days }} < build.today as is_not_invoiced,
        case
            when payer_id is null then null
            when not is_covered then 'wrong_payer'
            when start_date + {{ filing_days }} < build.today then 'past_filing_limit'
            when start_date + {{ silent_days }} < build.today and not is_answered then 'payer_silent'
        end as payers_leak
    from charged
    cross join build
),

money as (
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
                    when is_payer_not_asked then start_date + {{ filing_days }}
                    when is_not_invoiced then client_owes_since + {{ invoice_days }}
                end
            },
            {
                'place': case when payers_leak is null then 'open_payer' else 'leak' end,
                'leak': payers_leak,
                'amount_minor': open_payer_minor,
                'due_date': case when payers_leak is not null then start_date + {{ filing_days }} end
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
        let_go.attendee_id is not null or (visits.kind = 'missed' and voided.unit_id is not null) as is_waived,
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
    from visits
    left join voided on visits.unit_id = voided.unit_id
    left join unsigned on visits.unit_id = unsigned.unit_id
    left join let_go on visits.attendee_id = let_go.attendee_id
    where visits.unit_id not in (select unit_id from charged)
),

placed as (
    select * from money where amount_minor <> 0
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

select * from finished
