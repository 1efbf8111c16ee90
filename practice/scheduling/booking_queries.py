"""The facts that commands decide on: who is bookable, the rules in force, hours, and what is held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from practice.clock import stored
from practice.scheduling.working import Hours
from practice.store.work import Reader, Row

USUAL_FOR = timedelta(days=180)
"""How long a room that was used stays the usual one."""
USUAL_AHEAD = 100
"""How many days ahead the diary is looked through for it."""


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values)) or "null"


def _rehearsed(reader: Reader, name: str) -> Any:
    """How a rehearsal (series/rehearsal.py) answers: it knows what it would have written, and has read ahead."""
    return getattr(reader, name, None)


def offers_service(reader: Reader, provider_id: str, service_id: str) -> bool:
    """Whether the provider offers the service now."""
    given = reader.those("provider_services", "provider_id", provider_id)
    return any(row["service_id"] == service_id and row["is_active"] for row in given)


def providers_offering(reader: Reader, service_id: str) -> list[Row]:
    """Active providers who offer the service: provider_id, name, started_date, ended_date, is_online; by name."""
    given = [
        row["provider_id"] for row in reader.those("provider_services", "service_id", service_id) if row["is_active"]
    ]
    shown = ("provider_id", "name", "started_date", "ended_date", "is_online")
    return [
        {name: row[name] for name in shown}
        for row in sorted(reader.those("providers", "provider_id", *given), key=lambda row: row["name"])
        if row["is_active"]
    ]


def rooms_of(reader: Reader, location_id: str) -> list[Row]:
    """Active rooms of the location, those that take fewest visits first."""
    rooms = [row for row in reader.those("rooms", "location_id", location_id) if row["is_active"]]
    return [
        {name: row[name] for name in ("room_id", "name", "capacity")}
        for row in sorted(rooms, key=lambda row: (row["capacity"], row["name"]))
    ]


def usual_room(reader: Reader, provider_id: str, service_id: str, location_id: str) -> str | None:
    """The room of the provider's newest visit of that service there that stands, or None; old ones say nothing."""
    diary = reader.diary()
    ahead = diary and diary.room_of_newest(provider_id, service_id, location_id, stored(reader.now), USUAL_AHEAD)
    if ahead:
        return ahead
    room_id: str | None = reader.value(
        "select room_id from appointments where provider_id = ? and service_id = ? and location_id = ?"
        " and room_id is not null and starts_at > ? and status not in ('cancelled', 'rescheduled', 'entered_in_error')"
        " order by starts_at desc limit 1",
        provider_id,
        service_id,
        location_id,
        stored(reader.now) - USUAL_FOR,
    )
    return room_id


def room_capacities(reader: Reader) -> dict[str, int]:
    """How many visits each room takes at once."""
    return {row["room_id"]: row["capacity"] for row in reader.all("rooms")}


def overlap_policies(reader: Reader) -> list[Row]:
    """Every overlap policy, past and coming versions too."""
    return sorted(reader.all("overlap_policies"), key=lambda row: row["effective_from"])


def cancellation_policies(reader: Reader) -> list[Row]:
    """Every cancellation policy, past and coming versions too."""
    return sorted(reader.all("cancellation_policies"), key=lambda row: row["effective_from"])


def hours(
    reader: Reader, provider_ids: Sequence[str], first: date, last: date, location_id: str | None = None
) -> Hours:
    """Hours, exceptions and time off that bear on these days, at every location or at one."""
    ahead = _rehearsed(reader, "hours_known")
    known: Hours | None = ahead(provider_ids, first, last) if ahead else None
    if known is not None:
        return known
    wanted = set(provider_ids)
    if location_id is None:
        at_place = reader.those("availability", "provider_id", *provider_ids)
        exceptions = reader.those("availability_exceptions", "provider_id", None, *provider_ids)
    else:
        at_place = reader.those("availability", "location_id", location_id)
        exceptions = reader.those("availability_exceptions", "location_id", location_id)
    weekly = [
        row
        for row in at_place
        if row["provider_id"] in wanted
        and row["effective_from"] <= last
        and (row["effective_to"] is None or row["effective_to"] >= first)
    ]
    exceptions = [
        row
        for row in exceptions
        if not row["is_withdrawn"]
        and first <= row["exception_date"] <= last
        and (row["provider_id"] is None or row["provider_id"] in wanted)
    ]
    time_off = [
        row
        for row in reader.those("time_off", "provider_id", *provider_ids)
        if not row["is_withdrawn"] and row["start_date"] <= last and row["end_date"] >= first
    ]
    return Hours(weekly, exceptions, time_off)


def weekly_hours(reader: Reader, provider_id: str) -> list[Row]:
    """Every version of a provider's weekly hours, at every location, with the location's zone."""
    places = {row["location_id"]: row for row in reader.all("locations")}
    return [
        row | {"zone": places[row["location_id"]]["zone"], "location_name": places[row["location_id"]]["name"]}
        for row in reader.those("availability", "provider_id", provider_id)
    ]


def held(
    reader: Reader,
    resource_ids: Sequence[str],
    start: datetime,
    end: datetime,
    ignoring: Sequence[str] = (),
    *,
    with_expired: bool = False,
) -> list[Row]:
    """Claims of these resources that overlap [start, end), but those of the holders ignored.

    Claims of holds that have expired count as free; a writer asks for them too, to clear them away.
    """
    if rehearsed := _rehearsed(reader, "rehearsed_held"):
        found: list[Row] = rehearsed(resource_ids, start, end, ignoring, with_expired=with_expired)
        return found
    return held_in_record(reader, resource_ids, start, end, ignoring, with_expired=with_expired)


def held_in_record(
    reader: Reader,
    resource_ids: Sequence[str],
    start: datetime,
    end: datetime,
    ignoring: Sequence[str] = (),
    *,
    with_expired: bool = False,
) -> list[Row]:
    """The same, as it is committed."""
    diary = reader.diary()
    if diary is not None:
        known = diary.held(resource_ids, start, end, ignoring, None if with_expired else stored(reader.now))
        if known is not None:
            return known
    expired = "" if with_expired else " and (expires_at is null or expires_at > ?)"
    others = f" and appointment_id not in ({_marks(ignoring)})" if ignoring else ""
    return reader.rows(
        f"select * from claims where resource_id in ({_marks(resource_ids)}) and starts_at < ? and ends_at > ?"
        f"{expired}{others} order by starts_at",
        *resource_ids,
        end,
        start,
        *(() if with_expired else (stored(reader.now),)),
        *ignoring,
    )


def held_within(reader: Reader, resource_ids: Sequence[str], windows: Sequence[tuple[datetime, datetime]]) -> list[Row]:
    """Claims of these resources that overlap any of these windows, which are in order and apart."""
    places = ", ".join("(cast(? as timestamp), cast(? as timestamp))" for _ in windows)
    return reader.rows(
        f"select c.* from claims c where c.resource_id in ({_marks(resource_ids)}) and c.starts_at < ?"
        f" and c.ends_at > ? and exists (select 1 from (values {places}) w(begins_at, finishes_at)"
        " where c.starts_at < w.finishes_at and c.ends_at > w.begins_at) order by c.starts_at",
        *resource_ids,
        windows[-1][1],
        windows[0][0],
        *(edge for window in windows for edge in window),
    )


def held_by_kind(reader: Reader, kind: str, start: datetime) -> list[Row]:
    """Claims of every resource of a kind that end after `start`, with the holder's service and local day."""
    return reader.rows(
        "select * from claims where resource_kind = ? and ends_at > ? and (expires_at is null or expires_at > ?)"
        " order by starts_at",
        kind,
        start,
        stored(reader.now),
    )


def claims_of(reader: Reader, appointment_ids: Sequence[str]) -> list[Row]:
    """The claims of these appointments."""
    rows = reader.rows(
        f"select * from claims where appointment_id in ({_marks(appointment_ids)}) order by starts_at", *appointment_ids
    )
    rehearsed = _rehearsed(reader, "rehearsed_claims")
    return rehearsed(rows, appointment_ids) if rehearsed else rows


def holders_of(reader: Reader, claim_ids: Sequence[str]) -> list[str]:
    """The visits, holds and blocks that these claims belong to."""
    rows = reader.rows(
        f"select distinct appointment_id from claims where claim_id in ({_marks(claim_ids)})", *claim_ids
    )
    rehearsed = _rehearsed(reader, "rehearsed_holders")
    return list(
        {row["appointment_id"]: None for row in rows} | dict.fromkeys(rehearsed(claim_ids) if rehearsed else ())
    )


def attendees_of(reader: Reader, appointment_id: str) -> list[Row]:
    """The attendees of an appointment, in the order in which they were booked."""
    rows = reader.rows(
        "select * from attendees where appointment_id = ? order by booked_at, attendee_id", appointment_id
    )
    rehearsed = _rehearsed(reader, "rehearsed_rows")
    return rehearsed("attendees", "appointment_id", appointment_id, rows) if rehearsed else rows


def charged(reader: Reader, attendee_ids: Sequence[str]) -> bool:
    """Whether a charge of any of these attendees stands: their own, or that of the couple or family they are of."""
    found = reader.value(
        f"select count(*) from charges where live_key in ({_marks(attendee_ids)}) or live_key in"
        " (select appointment_id from attendees where billing_unit = 'appointment'"
        f" and attendee_id in ({_marks(attendee_ids)}))",
        *attendee_ids,
        *attendee_ids,
    )
    return bool(found)


def occurrence(reader: Reader, provider_id: str, service_id: str, location_id: str, starts_at: datetime) -> Row | None:
    """The live appointment of that provider, service and place that starts then, or None."""
    return reader.one(
        "select * from appointments where provider_id = ? and service_id = ? and location_id = ? and starts_at = ?"
        " and status in ('scheduled', 'in_session')",
        provider_id,
        service_id,
        location_id,
        starts_at,
    )


def open_groups(
    reader: Reader,
    service_id: str,
    location_id: str,
    provider_ids: Sequence[str],
    start: datetime,
    end: datetime,
    ignoring: Sequence[str] = (),
) -> list[Row]:
    """Live groups that start in [start, end) and have a free seat: columns of appointments, room_name, seats_left.

    A seat that is held is not free, unless its hold is ignored.
    """
    return reader.rows(
        "select a.*, r.name as room_name,"
        " cast(a.capacity - coalesce(n.taken, 0) - coalesce(h.held, 0) as integer) as seats_left"
        " from appointments a left join rooms r using (room_id)"
        " left join (select appointment_id, count(*) as taken from attendees"
        " where status not in ('cancelled', 'rescheduled', 'entered_in_error') group by appointment_id) n"
        " on n.appointment_id = a.appointment_id"
        " left join (select provider_id, service_id, location_id, starts_at, count(*) as held from holds"
        f" where outcome is null and expires_at > ? and hold_id not in ({_marks(ignoring or ('',))}) group by all) h"
        " on (h.provider_id, h.service_id, h.location_id, h.starts_at) ="
        " (a.provider_id, a.service_id, a.location_id, a.starts_at)"
        f" where a.service_id = ? and a.location_id = ? and a.provider_id in ({_marks(provider_ids)})"
        " and a.starts_at >= ? and a.starts_at < ? and a.status = 'scheduled' and seats_left > 0"
        " order by a.starts_at",
        stored(reader.now),
        *(ignoring or ("",)),
        service_id,
        location_id,
        *provider_ids,
        start,
        end,
    )


def visits_between(reader: Reader, provider_ids: Sequence[str], first: date, last: date) -> list[Row]:
    """Scheduled appointments of these providers on these local days, in order."""
    return reader.rows(
        "select appointment_id, provider_id, location_id, service_id, wall_start, wall_end, start_date"
        " from appointments"
        f" where provider_id in ({_marks(provider_ids)}) and start_date between ? and ? and status = 'scheduled'"
        " order by starts_at",
        *provider_ids,
        first,
        last,
    )


def providers_working_at(reader: Reader, location_id: str) -> list[Row]:
    """Active providers who have ever had weekly hours, extra hours or visits at the location: provider_id, name."""
    here = {row["provider_id"] for row in reader.those("availability", "location_id", location_id)}
    extra = reader.those("availability_exceptions", "location_id", location_id)
    here |= {row["provider_id"] for row in extra if row["is_open"] and row["provider_id"]}
    return [
        {"provider_id": row["provider_id"], "name": row["name"]}
        for row in sorted(reader.those("providers", "provider_id", *here), key=lambda row: row["name"])
        if row["is_active"]
    ]


def movable(reader: Reader, appointment_ids: Sequence[str], after: datetime) -> list[Row]:
    """Those of these visits that may be led to another room: nobody chose theirs, and nobody is there yet.

    Rows: appointment_id, service_id, start_date.
    """
    return reader.rows(
        "select appointment_id, service_id, start_date from appointments a"
        f" where appointment_id in ({_marks(appointment_ids)}) and status = 'scheduled' and starts_at > ?"
        " and not is_room_pinned and not exists (select 1 from attendees t"
        " where t.appointment_id = a.appointment_id and t.status not in"
        " ('scheduled', 'cancelled', 'rescheduled', 'entered_in_error')) order by starts_at, appointment_id",
        *appointment_ids,
        after,
    )


def room_pools(reader: Reader) -> list[Row]:
    """The rooms of every pool that a service needs: service_id, resource_id, effective_from, effective_to."""
    pools = {row["pool_id"] for row in reader.all("pools") if row["is_active"] and row["kind"] == "room"}
    return [
        member | {"service_id": need["service_id"]}
        for need in reader.all("needs")
        if need["is_active"] and need["pool_id"] in pools
        for member in reader.those("pool_members", "pool_id", need["pool_id"])
    ]
