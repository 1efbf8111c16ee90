"""What calendars in and out ask the record for."""

from __future__ import annotations

from datetime import date, datetime

from practice.store.work import Reader, Row

_CHAINS = """
with recursive chosen as (
    select appointment_id from appointments
    where {scope}_id = $scope_id and start_date between $first and $last
        and (status not in ('cancelled', 'rescheduled', 'entered_in_error') or known_at >= $gone_since)
),
up as (
    select appointment_id as last_id, appointment_id, moved_from_id, 0 as depth
    from appointments where appointment_id in (select appointment_id from chosen)
    union all
    select up.last_id, a.appointment_id, a.moved_from_id, up.depth + 1
    from up join appointments a on a.appointment_id = up.moved_from_id
),
changed as (
    select appointment_id, count(*) as times, max(known_at) as known_at from appointment_events
    where appointment_id in (select appointment_id from up)
        and kind in ('moved', 'changed', 'cancelled', 'restored', 'entered_in_error', 'attendee_added', 'corrected')
    group by appointment_id
),
chains as (
    select up.last_id, max_by(up.appointment_id, up.depth) as root_id, max(up.depth) as depth,
        cast(coalesce(sum(c.times), 0) as integer) as times, max(c.known_at) as changed_at
    from up left join changed c using (appointment_id) group by up.last_id
),
newest as (
    select * from chains qualify row_number() over (partition by root_id order by depth desc) = 1
),
people as (
    select t.appointment_id,
        list(upper(left(c.given_name, 1)) || upper(left(c.family_name, 1)) order by c.family_name, c.given_name)
            as initials
    from attendees t join clients c using (client_id)
    where t.appointment_id in (select last_id from newest)
        and t.status not in ('cancelled', 'rescheduled', 'entered_in_error')
    group by t.appointment_id
)
select n.root_id, n.times, a.starts_at, a.ends_at, a.zone, a.mode, a.booked_at, p.code as provider_code,
    l.name as location_name, coalesce(s.initials, []) as initials,
    a.status in ('cancelled', 'rescheduled', 'entered_in_error') as is_cancelled,
    greatest(a.booked_at, coalesce(n.changed_at, a.booked_at)) as modified_at
from newest n
join appointments a on a.appointment_id = n.last_id
join providers p on p.provider_id = a.provider_id
join locations l on l.location_id = a.location_id
left join people s on s.appointment_id = n.last_id
order by a.starts_at, n.root_id
"""


def feed_of(reader: Reader, token_hash: str) -> Row | None:
    """The feed that a link's secret opens, unless it was revoked."""
    return reader.one("select * from calendar_feeds where token_hash = ? and revoked_at is null", token_hash)


def feed_visits(reader: Reader, scope: str, scope_id: str, first: date, last: date, gone_since: datetime) -> list[Row]:
    """Visits of a provider or at a location on these local days, the newest of each chain of moves.

    `root_id` is the first of the chain, `times` how often anything about it changed. Those that were cancelled or
    moved away are told of if that was at or after `gone_since`.
    """
    assert scope in ("provider", "location")
    reader.cursor.execute(
        _CHAINS.format(scope=scope), {"scope_id": scope_id, "first": first, "last": last, "gone_since": gone_since}
    )
    names = [column[0] for column in reader.cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in reader.cursor.fetchall()]


def feed_blocks(
    reader: Reader, scope: str, scope_id: str, start: datetime, end: datetime, gone_since: datetime
) -> list[Row]:
    """Blocks made by hand of a provider, or of the providers at a location, with the provider's code."""
    where = "b.resource_id = ?" if scope == "provider" else "b.location_id = ?"
    return reader.rows(
        "select b.*, p.code as provider_code, coalesce(l.name, '') as location_name"
        " from blocks b join providers p on p.provider_id = b.resource_id"
        f" left join locations l on l.location_id = b.location_id where {where}"
        " and b.external_calendar_id is null and b.starts_at < ? and b.ends_at > ?"
        " and (not b.is_withdrawn or b.known_at >= ?) order by b.starts_at, b.block_id",
        scope_id,
        end,
        start,
        gone_since,
    )


def feeds(reader: Reader) -> list[Row]:
    """Every feed that is not revoked, with the name of what it tells of, newest last. No secrets: only hashes."""
    return reader.rows(
        "select f.calendar_feed_id, f.scope, f.scope_id, f.detail, f.created_at, coalesce(p.name, l.name) as name"
        " from calendar_feeds f left join providers p on f.scope = 'provider' and p.provider_id = f.scope_id"
        " left join locations l on f.scope = 'location' and l.location_id = f.scope_id"
        " where f.revoked_at is null order by name, f.created_at"
    )
