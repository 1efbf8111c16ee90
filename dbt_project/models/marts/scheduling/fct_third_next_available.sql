with free as (select * from {{ ref('int_scheduling__free_then') }}),

services as (select * from {{ ref('stg_practice__services') }}),

offered as (select * from {{ ref('stg_practice__provider_services') }} where is_active),

-- A group's free seats are no open places of its provider.
bookable_services as (
    select
        offered.provider_id, service_id, duration_minutes, is_for_new_clients,
        {{ up_to_grid('buffer_before_minutes') }} as before_minutes,
        {{ up_to_grid('buffer_after_minutes') }} as after_minutes
    from offered
    inner join services using (service_id)
    where services.is_active and capacity = 1
),

opened as (
    select snapshot_date, provider_id, location_id, service_id, any_value(is_for_new_clients) as is_for_new_clients
    from (select distinct snapshot_date, provider_id, location_id from free)
    inner join bookable_services using (provider_id)
    group by all
),

places as (
    select
        snapshot_date, provider_id, location_id, service_id, available_date,
        sum(greatest(0, floor(
            (
                free_minutes
                + case when is_after_opening then before_minutes else 0 end
                + case when is_before_closing then after_minutes else 0 end
            ) / (before_minutes + duration_minutes + after_minutes)
        ))) as places
    from free
    inner join bookable_services using (provider_id)
    group by all
),

running as (
    select
        *,
        sum(places) over (
            partition by snapshot_date, provider_id, location_id, service_id order by available_date
        ) as places_until
    from places
),

found as (
    select
        snapshot_date, provider_id, location_id, service_id,
        min(available_date) filter (places_until >= 1) as next_date,
        min(available_date) filter (places_until >= 3) as third_next_date,
        max(places_until) as open_places
    from running
    group by all
),

finished as (
    select
        'record' as source,
        {{ keys(['provider_id', 'location_id', 'service_id']) }},
        provider_id, location_id, service_id, snapshot_date, is_for_new_clients, next_date, third_next_date,
        cast(coalesce(open_places, 0) as integer) as open_places,
        third_next_date - snapshot_date as days,
        cast(coalesce(third_next_date - snapshot_date, {{ access_days() }}) as bigint) as days_at_least,
        third_next_date is null as is_censored
    from opened
    left join found using (snapshot_date, provider_id, location_id, service_id)
)

select
    source, provider_key, location_key, service_key, provider_id, location_id, service_id, snapshot_date,
    is_for_new_clients, is_censored, next_date, third_next_date, open_places, days, days_at_least
from finished
