"""What pages ask about visits: the day, what is unresolved, a client's visits, one visit with its history."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from practice.access.permissions import Actor, Permission, require, require_location, require_own
from practice.clock import local_date, stored
from practice.errors import Refusal
from practice.scheduling.day_hours import hours_of_day, working_hours
from practice.scheduling.model import GONE, is_unresolved
from practice.scheduling.slots import offered_slots
from practice.scheduling.visit_queries import charge_key, charged, read_visits
from practice.store.work import Reader, Row

__all__ = [
    "client_visits",
    "day",
    "empty_groups",
    "hours_of_day",
    "offered_slots",
    "unresolved",
    "visit",
    "visits",
    "working_hours",
]

EMPTY = "a.is_standing and a.status = 'scheduled' and n.attendee_count is null"
"""A condition of `visits` asked with `is_empty`: groups that were opened and that nobody is in."""


def day(
    reader: Reader,
    actor: Actor,
    day: str | date,
    location_id: str | None = None,
    *,
    last: str | date | None = None,
    include_gone: bool = False,
) -> list[Row]:
    """Visits of a local day (or up to and with `last`), one row per attendee, in the order of start.

    Cancelled, moved and mistaken ones only with `include_gone`. Locations and providers out of the actor's scope are
    left out; naming such a location is refused.
    """
    if location_id is not None:
        require_location(actor, location_id)
    first = _as_date(day)
    until = first if last is None else _as_date(last)
    gone = "true" if include_gone else "t.status not in ('cancelled', 'rescheduled', 'entered_in_error')"
    here, place = _at(location_id)
    return visits(reader, actor, f"a.start_date between ? and ?{here}", gone, first, until, *place)


def empty_groups(
    reader: Reader,
    actor: Actor,
    first: str | date,
    last: str | date | None = None,
    location_id: str | None = None,
) -> list[Row]:
    """Groups of these local days that were opened and that nobody is in: rows as in `day`, without a client."""
    here, place = _at(location_id)
    begin = _as_date(first)
    until = begin if last is None else _as_date(last)
    return visits(reader, actor, f"a.start_date between ? and ?{here}", EMPTY, begin, until, *place, is_empty=True)


def unresolved(reader: Reader, actor: Actor, location_id: str | None = None) -> list[Row]:
    """Visits whose start has passed and of which nobody has said what became of them, oldest first."""
    if location_id is not None:
        require_location(actor, location_id)
    here, place = _at(location_id)
    rows = visits(
        reader,
        actor,
        f"a.status in ('scheduled', 'in_session') and a.starts_at < ?{here}",
        "t.status in ('scheduled', 'arrived', 'in_session')",
        stored(reader.now),
        *place,
    )
    return [row for row in rows if row["is_unresolved"]]


def client_visits(reader: Reader, actor: Actor, client_id: str) -> list[Row]:
    """Every visit of a client, newest first, whatever became of it."""
    require(actor, Permission.SEE_CLIENTS)
    ids = [
        row["appointment_id"]
        for row in reader.rows("select appointment_id from attendees where client_id = ?", client_id)
    ]
    if not ids:
        return []
    chosen = f"a.appointment_id in ({', '.join('?' * len(ids))})"
    rows = visits(reader, actor, chosen, "true", *ids, order="desc")
    return [row for row in rows if row["client_id"] == client_id]


def visit(reader: Reader, actor: Actor, appointment_id: str) -> Row:
    """One appointment: its columns once, `attendees` (rows as in `day`), `events` (oldest first), `claims`.

    Raises NotFound, or NotPermitted when it is out of the actor's scope.
    """
    require(actor, Permission.SEE_SCHEDULE)
    found: Row = reader.get("appointments", appointment_id, "visit")
    require_location(actor, found["location_id"])
    require_own(actor, {found["provider_id"]})
    rows = visits(reader, actor, "a.appointment_id = ?", "true", appointment_id)
    facts = rows or visits(reader, actor, "a.appointment_id = ?", "true", appointment_id, is_empty=True)
    names = ("provider_name", "location_name", "room_name", "service_name", "attendee_count", "before_minutes")
    shown = {name: facts[0][name] for name in (*names, "after_minutes", "lane")}
    events = reader.rows(
        "select e.*, coalesce(u.name, e.actor_id) as actor_name from appointment_events e"
        " left join users u on u.user_id = e.actor_id where e.appointment_id = ?"
        " order by e.known_at, e.rowid",
        appointment_id,
    )
    claims = reader.rows(
        "select * from claims where appointment_id = ? order by resource_kind, starts_at", appointment_id
    )
    for event in events:
        event["details"] = json.loads(event["details"]) if event["details"] else {}
    return found | shown | {"attendees": rows, "events": events, "claims": claims}


def visits(
    reader: Reader,
    actor: Actor,
    appointments: str,
    attendees: str,
    *parameters: Any,
    order: str = "asc",
    is_empty: bool = False,
) -> list[Row]:
    """Rows of visits where two conditions hold (on `a` = appointments, `t` = attendees), in the actor's scope only.

    For other modules' queries: `parameters` bind the first condition. Names of clients are None for a role that may
    not see clients. With `is_empty` the appointments are asked for without their attendees, a row each.
    """
    require(actor, Permission.SEE_SCHEDULE)
    scope, scope_values = [appointments], list(parameters)
    if actor.location_ids:
        scope.append(f"a.location_id in ({', '.join('?' * len(actor.location_ids))})")
        scope_values += sorted(actor.location_ids)
    if actor.role == "provider":
        scope.append("a.provider_id = ?")
        scope_values.append(actor.provider_id)
    rows = read_visits(reader, " and ".join(scope), scope_values, attendees, order, is_empty=is_empty)
    with_charge = charged(reader, rows)
    now = stored(reader.now)
    todays: dict[str, date] = {}
    for row in rows:
        today = todays.setdefault(row["zone"], local_date(reader.now, row["zone"]))
        row["is_unresolved"] = is_unresolved(row["status"], row["starts_at"], row["start_date"], now, today)
        row["is_gone"] = row["status"] in GONE
        row["is_charged"] = charge_key(row) in with_charge
        if not actor.may(Permission.SEE_CLIENTS):
            row["client_name"] = None
    return rows


def _at(location_id: str | None) -> tuple[str, tuple[str, ...]]:
    """A further condition on the location, and its value; nothing for every location."""
    return ("", ()) if location_id is None else (" and a.location_id = ?", (location_id,))


def _as_date(text: str | date) -> date:
    if isinstance(text, datetime):
        return text.date()
    if isinstance(text, date):
        return text
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(f"{text!r} is no date; write it like 2026-03-02.", rule="date", field="day") from None
