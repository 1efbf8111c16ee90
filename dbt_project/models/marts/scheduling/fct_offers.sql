with offers as (select * from {{ ref('stg_practice__offers') }}),

rounds as (select * from {{ ref('stg_practice__offer_rounds') }}),

finished as (
    select
        offers.source,
        {{ key('offers.offer_id', 'offers.source') }} as offer_key,
        {{ key('offers.client_id', 'offers.source') }} as client_key,
        {{ key('rounds.provider_id', 'offers.source') }} as provider_key,
        {{ key('rounds.location_id', 'offers.source') }} as location_key,
        {{ key('rounds.service_id', 'offers.source') }} as service_key,
        {{ key('offers.appointment_id', 'offers.source') }} as appointment_key,
        {{ key('rounds.freed_appointment_id', 'offers.source') }} as freed_appointment_key,
        offers.offer_id, offers.offer_round_id, offers.waitlist_entry_id, offers.client_id,
        rounds.provider_id, rounds.location_id, rounds.service_id, offers.appointment_id,
        rounds.freed_by, offers.status, rounds.status as round_status,
        offers.rank as place_in_round, offers.score, rounds.batch_size, rounds.answer_minutes as minutes_to_answer,
        rounds.start_date, rounds.starts_at, rounds.ends_at, rounds.opened_at, rounds.closed_at,
        offers.sent_at, offers.expires_at, offers.answered_at,
        offers.sent_at is not null as is_sent,
        offers.status = 'accepted' as is_accepted
    from offers
    inner join rounds using (offer_round_id)
)

select * from finished
