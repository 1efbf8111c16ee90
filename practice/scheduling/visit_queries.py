"""The one reading of visits that every page rests on, in a way that stays quick in a large record."""

from __future__ import annotations

from typing import Any

from practice.store.work import Reader, Row

# One row per attendee of an occurrence. Buffers are the ones that are held, not the service's of today. The occurrences
# are named one by one, and each large table is asked for nothing else at first, as only then its index is used: a
# day, a drawer or a client reads as little from a million visits as from a thousand.
_CHOSEN = "select a.appointment_id from appointments a where {appointments}"
_MOST_BY_NAME = 2_000
_VISITS = """
with chosen as materialized (
    select * from appointments where appointment_id in ({chosen})
),
present as materialized (
    select * from attendees where appointment_id in ({chosen})
),
claimed as materialized (
    select * from claims where appointment_id in ({chosen})
),
held as (
    select appointment_id,
        max(date_diff('minute', starts_at, ends_at)) filter (kind = 'before') as before_minutes,
        max(date_diff('minute', starts_at, ends_at)) filter (kind = 'after' and resource_kind = 'provider')
            as after_minutes,
        max(lane) filter (resource_kind = 'provider' and kind = 'care') as lane
    from claimed group by appointment_id
),
seats as (
    select appointment_id, count(*) as attendee_count from present
    where status not in ('cancelled', 'rescheduled', 'entered_in_error')
    group by appointment_id
)
select a.appointment_id, t.attendee_id, t.client_id, c.given_name || ' ' || c.family_name as client_name,
    a.provider_id, p.name as provider_name, a.location_id, l.name as location_name, a.room_id, r.name as room_name,
    a.service_id, s.name as service_name, a.wall_start, a.wall_end, a.zone, a.starts_at, a.ends_at, a.start_date,
    a.duration_minutes, a.mode, a.capacity, cast(coalesce(n.attendee_count, 0) as integer) as attendee_count,
    cast(coalesce(h.before_minutes, 0) as integer) as before_minutes,
    cast(coalesce(h.after_minutes, 0) as integer) as after_minutes, coalesce(h.lane, 0) as lane,
    a.status as appointment_status, coalesce(t.status, a.status) as status,
    t.confirmed_at is not null as is_confirmed, t.confirmed_at, t.arrived_at,
    t.seated_at, t.ended_at, t.outcome_at, t.cancelled_at, t.cancelled_by, t.cancel_reason,
    t.notice_minutes, t.is_late, a.override_reason, a.channel, t.booked_at,
    t.first_booked_at, a.booked_at > a.starts_at as is_late_entry, a.series_id, a.moved_from_id, a.moved_to_id,
    t.billing_unit, t.is_identified, t.roomed_at, t.roomed_in_id, w.name as roomed_in_name, t.checked_in_by,
    a.video_link, a.client_place, a.is_standing
from chosen a
{join}
left join clients c on c.client_id = t.client_id
join providers p on p.provider_id = a.provider_id
join locations l on l.location_id = a.location_id
join services s on s.service_id = a.service_id
left join rooms r on r.room_id = a.room_id
left join held h on h.appointment_id = a.appointment_id
left join seats n on n.appointment_id = a.appointment_id
left join rooms w on w.room_id = t.roomed_in_id
where {attendees}
order by a.starts_at {order}, p.name, client_name
"""


def read_visits(
    reader: Reader, appointments: str, values: list[Any], attendees: str, order: str, *, is_empty: bool
) -> list[Row]:
    """Rows where both conditions hold, `values` binding the first (on `a`); the second is on `t`, the attendees."""
    chosen = _CHOSEN.format(appointments=appointments)
    ids = [row["appointment_id"] for row in reader.rows(f"{chosen} limit {_MOST_BY_NAME + 1}", *values)]
    if not ids:
        return []
    if len(ids) <= _MOST_BY_NAME:
        chosen, values = ", ".join(f"${number}" for number in range(1, len(ids) + 1)), ids
    else:
        chosen = _numbered(chosen)
    join = "left join present t on false" if is_empty else "join present t using (appointment_id)"
    return reader.rows(_VISITS.format(chosen=chosen, attendees=attendees, order=order, join=join), *values)


def _numbered(sql: str) -> str:
    """The same with numbered parameters, so that they can stand in several places."""
    first, *rest = sql.split("?")
    return first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))


def charge_key(row: Row) -> str | None:
    """What a charge of this attendee is filed under while it stands: one of the whole visit, or their own."""
    key: str | None = row["appointment_id"] if row["billing_unit"] == "appointment" else row["attendee_id"]
    return key


def charged(reader: Reader, rows: list[Row]) -> set[str]:
    """The keys (see `charge_key`) under which a charge of these rows stands."""
    keys = sorted({key for key in map(charge_key, rows) if key is not None})
    found: set[str] = set()
    for first in range(0, len(keys), _MOST_BY_NAME):
        some = keys[first : first + _MOST_BY_NAME]
        marks = ", ".join("?" * len(some))
        found |= {
            row["live_key"] for row in reader.rows(f"select live_key from charges where live_key in ({marks})", *some)
        }
    return found
