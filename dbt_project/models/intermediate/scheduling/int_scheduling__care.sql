{{ config(materialized='ephemeral') }}
{#
    The stretches of a provider's day that visits and their buffers hold, cut at the location's midnight: a group is one
    stretch, however many come. `layer` says what it is: a visit (visits), a visit that was kept (again, as kept), a buffer.
#}
with visits as (select * from {{ ref('fct_appointments') }} where source = 'record'),

services as (select * from {{ ref('stg_practice__services') }}),

occurrences as (
    select
        appointment_id,
        any_value(provider_id) as provider_id,
        any_value(location_id) as location_id,
        any_value(service_id) as service_id,
        any_value(wall_start) as from_at,
        -- Minutes are real ones: of a visit through a clock change, the clock on the wall shows too many or too few.
        any_value(wall_start + to_minutes(duration_minutes)) as to_at,
        bool_or(outcome = 'completed') as is_kept
    from visits
    where {{ holds_time() }} and wall_start is not null
    group by appointment_id
),

stretches as (
    select provider_id, location_id, from_at, to_at, 'visits' as layer from occurrences
    union all
    select provider_id, location_id, from_at, to_at, 'kept' from occurrences where is_kept
    union all
    select provider_id, location_id, from_at - to_minutes(buffer_before_minutes), from_at, 'buffers'
    from occurrences
    inner join services using (service_id)
    where buffer_before_minutes > 0
    union all
    select provider_id, location_id, to_at, to_at + to_minutes(buffer_after_minutes), 'buffers'
    from occurrences
    inner join services using (service_id)
    where buffer_after_minutes > 0
),

days as (
    select
        *,
        cast(from_at as date) + cast(unnest(range(
            date_diff('day', from_at, to_at - interval 1 microsecond) + 1
        )) as integer) as available_date
    from stretches
),

finished as (
    select
        provider_id, location_id, available_date, layer,
        cast(greatest(0, date_diff('minute', cast(available_date as timestamp), from_at)) as integer) as from_minute,
        cast(least(1440, date_diff('minute', cast(available_date as timestamp), to_at)) as integer) as to_minute
    from days
)

select * from finished
