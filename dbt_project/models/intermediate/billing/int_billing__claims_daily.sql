{% set claim = lagging().claim %}
with claims as (select * from {{ ref('fct_claims') }}),

checks as (select * from {{ ref('fct_claim_checks') }}),

sent as (
    select
        source, location_id, provider_id, payer_id, sent_date as metric_date,
        count(*) as first_claims,
        count(*) filter (is_accepted and not is_rejected) as accepted_at_first,
        count(*) filter (is_accepted or is_rejected) as acknowledged,
        count(*) filter (is_denied_at_first) as denied_at_first,
        count(*) filter (is_settled_at_first) as settled_at_first,
        count(*) filter (is_mature) as mature_claims,
        count(*) filter (is_mature and is_denied_at_first) as mature_denied,
        count(*) filter (is_mature and is_settled_at_first) as mature_settled,
        sum(total_minor) as sent_minor,
        sum(denied_at_first_minor) as denied_minor,
        {{ lag_counts('claims', claim.where, claim.numerator) }}
    from claims
    where is_first
    group by all
),

answered as (
    select
        source, location_id, provider_id, payer_id, first_answered_date as metric_date,
        count(*) filter (is_denied_at_first) as answered_denied,
        sum(denied_at_first_minor) as answered_denied_minor,
        count(*) filter (resolved_date is not null) as answered_resolved,
        count(*) filter (resolved_date is not null and is_overturned) as answered_overturned,
        count(*) filter (rank = 1) as answered_primary,
        count(*) filter (is_denied_outright) as answered_primary_nothing
    from claims
    where is_first and is_answered
    group by all
),

entered as (
    select
        source, location_id, provider_id, payer_id, entered_date as metric_date,
        count(*) as entered_claims,
        count(*) filter (is_clean) as clean_claims,
        sum(total_minor) as entered_minor,
        sum(total_minor) filter (is_clean) as clean_minor
    from checks
    group by all
),

together as (
    select * from sent
    union all by name
    select * from entered
    union all by name
    select * from answered
),

by_day as (
    select
        source, location_id, provider_id, payer_id, metric_date,
        {%- for measure in [
            'first_claims', 'accepted_at_first', 'acknowledged', 'denied_at_first', 'settled_at_first', 'mature_claims',
            'mature_denied', 'mature_settled', 'sent_minor', 'denied_minor', 'claims_counted', 'claims_within_1',
            'claims_within_2', 'answered_denied', 'answered_denied_minor', 'answered_resolved', 'answered_overturned', 'answered_primary', 'answered_primary_nothing',
            'entered_claims', 'clean_claims', 'entered_minor', 'clean_minor',
        ] %}
        cast(coalesce(sum({{ measure }}), 0) as bigint) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from together
    group by all
)

select * from by_day order by metric_date
