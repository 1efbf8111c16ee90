with source as (
    select * from {{ source('practice', 'clients') }}
),

-- Facts carry where their client came from, and visits whether the client was registered: they change with that, and
-- with nothing else of the client.
versions as (
    select
        *,
        referral_source_id is distinct from lag(referral_source_id) over by_seq
        or row_number() over by_seq = 1 as is_referral_news,
        (has_birth_date, has_contact) is distinct from (lag(has_birth_date) over by_seq, lag(has_contact) over by_seq)
        as is_registration_news
    from source
    window by_seq as (partition by client_id order by _seq)
),

with_referral as (
    select
        *,
        max(_seq) filter (is_referral_news) over (partition by client_id) as referral_seq,
        max(_seq) filter (is_registration_news) over (partition by client_id) as registration_seq
    from versions
),

current_rows as (
    {{ newest_rows('with_referral', 'client_id') }}
),

renamed as (
    select
        -- ids
        client_id,
        guarantor_client_id,
        referral_source_id,
        location_id,
        provider_id,
        -- strings
        'record' as source,
        -- booleans
        is_active,
        -- dates
        created_date,
        -- timestamps
        created_at,
        _known_at,
        -- the change that the row comes from, the one that named the referral source, and the one that brought or took
        -- the birth date or the contact
        _seq,
        referral_seq,
        registration_seq
    from current_rows
)

select * from renamed
