{#
    Processors have many words for a refusal; these are what one can do something about. Words that are not here are the
    card's bank declining without saying why.
#}
{% set classes = {
    'abandoned': ['page_closed'],
    'not_asked': ['no_answer', 'never_arrived', 'keys_refused', 'resource_missing', 'refused'],
    'authentication': ['authentication_required'],
    'funds': ['insufficient_funds', 'withdrawal_count_limit_exceeded', 'card_velocity_exceeded'],
    'card': [
        'expired_card', 'lost_card', 'stolen_card', 'pickup_card', 'restricted_card', 'card_not_supported', 'incorrect_number',
        'incorrect_cvc', 'incorrect_zip', 'invalid_account', 'invalid_number', 'invalid_cvc', 'invalid_expiry_month',
        'invalid_expiry_year', 'new_account_information_available',
    ],
} %}
with charges as (select * from {{ ref('stg_practice__card_charges') }}),

transactions as (select * from {{ ref('stg_practice__ledger_transactions') }} where kind = 'chargeback'),

-- What a client's bank took back of a payment, once somebody disputed it.
disputed as (
    select refunds.payment_id, min(refunds.post_date) as disputed_date, sum(refunds.amount_minor) as disputed_minor
    from {{ ref('stg_practice__refunds') }} as refunds
    inner join transactions on refunds.transaction_id = transactions.transaction_id
    group by refunds.payment_id
),

joined as (
    select
        charges.*,
        case charges.state when 'succeeded' then 'succeeded' when 'failed' then 'refused' else 'unanswered' end as outcome,
        case
            when charges.state <> 'failed' then null
            {%- for class, words in classes.items() %}
            when charges.refusal in ('{{ words | join("', '") }}') then '{{ class }}'
            {%- endfor %}
            else 'declined'
        end as refusal_class,
        disputed.disputed_date,
        coalesce(disputed.disputed_minor, 0) as disputed_minor
    from charges
    left join disputed on charges.payment_id = disputed.payment_id
),

finished as (
    select
        source,
        {{ keys(['card_charge_id', 'client_id', 'location_id', 'payment_id']) }},
        card_charge_id, client_id, location_id, payment_id,
        way, outcome, refusal_class, refusal,
        '{{ var("currency") }}' as currency,
        amount_minor,
        cast(disputed_minor as bigint) as disputed_minor,
        payment_id is not null as is_in_books,
        coalesce(refusal_class in ('authentication', 'funds', 'card', 'declined'), false) as is_declined,
        disputed_date, requested_at, known_at
    from joined
)

select * from finished
