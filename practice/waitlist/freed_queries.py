"""What came free: whole visits that were cancelled or moved away, and seats that somebody left in a group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from practice.scheduling import holder_queries
from practice.store.work import Reader, Row


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values)) or "null"


def left_visits(reader: Reader, first: date, last: date, location_ids: Sequence[str] = ()) -> list[Row]:
    """Visits of these local days, yet to begin, that were cancelled or moved away: columns of appointments,
    `freed_at`, `freed_by` (client, provider, practice), and `seats_left`, None. At one place the one that left last."""
    here = f" and location_id in ({_marks(location_ids)})" if location_ids else ""
    gone = reader.rows(
        "select * from appointments where start_date between ? and ? and starts_at > ?"
        f" and status in ('cancelled', 'rescheduled'){here} order by starts_at, appointment_id",
        first,
        last,
        reader.now,
        *location_ids,
    )
    known = _leaving(reader, [row["appointment_id"] for row in gone])
    newest: dict[tuple[str, datetime], Row] = {}
    for row in gone:
        if row["appointment_id"] not in known:
            continue
        place, found = (row["provider_id"], row["starts_at"]), row | known[row["appointment_id"]] | {"seats_left": None}
        if place not in newest or newest[place]["freed_at"] <= found["freed_at"]:
            newest[place] = found
    return list(newest.values())


def left_seats(reader: Reader, first: date, last: date, location_ids: Sequence[str] = ()) -> list[Row]:
    """Groups of these local days, yet to begin, that somebody has left and that have a seat for somebody else: columns
    of appointments, `freed_at` and `freed_by` of whoever left last, and `seats_left`: neither taken nor held."""
    here = f" and a.location_id in ({_marks(location_ids)})" if location_ids else ""
    groups = reader.rows(
        "select a.* from appointments a join services s using (service_id) where a.start_date between ? and ?"
        " and a.starts_at > ? and a.status = 'scheduled' and a.capacity > 1 and s.billing_unit = 'attendee'"
        f"{here} order by a.starts_at, a.appointment_id",
        first,
        last,
        reader.now,
        *location_ids,
    )
    ids = [row["appointment_id"] for row in groups]
    taken = reader.rows(
        "select appointment_id, count(*) as seated from attendees where status not in"
        f" ('cancelled', 'rescheduled', 'entered_in_error') and appointment_id in ({_marks(ids)})"
        " group by appointment_id",
        *ids,
    )
    seated = {row["appointment_id"]: row["seated"] for row in taken}
    known = _leaving(reader, ids)
    left = [row | known[row["appointment_id"]] for row in groups if row["appointment_id"] in known]
    for row in left:
        held = holder_queries.seats_held(
            reader, row["provider_id"], row["service_id"], row["location_id"], row["starts_at"], None
        )
        row["seats_left"] = row["capacity"] - seated.get(row["appointment_id"], 0) - held
    return [row for row in left if row["seats_left"] > 0]


def rounds_of(reader: Reader, appointment_ids: Sequence[str]) -> dict[str, list[Row]]:
    """The rounds that these visits' leaving, or a leaving from them, has opened: status and opened_at."""
    found: dict[str, list[Row]] = {}
    for row in reader.rows(
        "select freed_appointment_id, status, opened_at from offer_rounds"
        f" where freed_appointment_id in ({_marks(appointment_ids)})",
        *appointment_ids,
    ):
        found.setdefault(row["freed_appointment_id"], []).append(row)
    return found


def _leaving(reader: Reader, ids: Sequence[str]) -> dict[str, Row]:
    """When somebody last left these visits and who freed that: appointment_id → {freed_at, freed_by}."""
    if not ids:
        return {}
    # By the ids themselves, which an index finds: a join would read every attendee and event there is.
    left = reader.rows(
        "select appointment_id, max(coalesce(cancelled_at, outcome_at)) as freed_at,"
        " arg_max(coalesce(cancelled_by, status), coalesce(cancelled_at, outcome_at)) as cancelled_by from attendees"
        f" where status in ('cancelled', 'rescheduled') and appointment_id in ({_marks(ids)}) group by appointment_id",
        *ids,
    )
    moved = reader.rows(
        "select appointment_id, json_extract_string(arg_max(details, known_at), '$.moved_by') as moved_by"
        f" from appointment_events where kind = 'moved' and appointment_id in ({_marks(ids)}) group by appointment_id",
        *ids,
    )
    movers = {row["appointment_id"]: row["moved_by"] for row in moved}
    return {
        row["appointment_id"]: {
            "freed_at": row["freed_at"],
            "freed_by": row["cancelled_by"]
            if row["cancelled_by"] in ("client", "provider", "practice")
            else movers.get(row["appointment_id"]) or "practice",
        }
        for row in left
        if row["freed_at"] is not None
    }
