"""From visits and hours to what the calendar draws and what the strip above it counts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby

from dashboards.components.calendar import Appointment, Closed, Resource
from practice.store.work import Row

OPENS, CLOSES = time(8), time(18)
_WHY = {"time_off": "Time off", "closed": "Closed", "outside_hours": ""}
# Of a group the most urgent status is shown.
_URGENCY = (
    "unresolved", "in_session", "arrived", "scheduled", "confirmed", "completed", "left_unseen", "no_show", "cancelled",
)  # fmt: skip


@dataclass(frozen=True)
class Board:
    """One day (or week) of one location, ready to draw. `opens` and `closes` bound the hours shown."""

    resources: list[Resource]
    events: list[Appointment | Closed]
    counts: dict[str, int]
    opens: time
    closes: time


def shown_status(row: Row) -> str:
    """The status that a person sees: `unresolved` and `confirmed` are facts beside the stored one."""
    if row["is_unresolved"]:
        return "unresolved"
    if row["status"] == "scheduled" and row["is_confirmed"]:
        return "confirmed"
    return str(row["status"])


def board(visits: Sequence[Row], hours: Sequence[Row], *, may_move: bool) -> Board:
    """`visits` are rows of `scheduling.queries.day` with the gone ones, `hours` of `hours_of_day` for the same days."""
    seen = [row for row in visits if row["status"] not in ("rescheduled", "entered_in_error")]
    live = [row for row in seen if not row["is_gone"]]
    columns = _columns(live, hours)
    shown = {column.id for column in columns}
    opens, closes = _bounds(seen, hours)
    events: list[Appointment | Closed] = [
        _drawn(list(rows), may_move=may_move)
        for _, rows in groupby(sorted(_worth_drawing(seen, live), key=_by_visit), key=lambda row: row["appointment_id"])
    ]
    events += [event for row in hours if row["provider_id"] in shown for event in _closed(row, opens, closes)]
    return Board(columns, events, counts(live), opens, closes)


def counts(live: Iterable[Row]) -> dict[str, int]:
    """Attendees by what the strip names; `booked` is everybody who holds a place."""
    found = dict.fromkeys(("booked", "confirmed", "arrived", "in_session", "completed", "unresolved"), 0)
    for row in live:
        found["booked"] += 1
        status = shown_status(row)
        if status in found:
            found[status] += 1
    return found


def _by_visit(row: Row) -> tuple[datetime, str]:
    return row["starts_at"], row["appointment_id"]


def _worth_drawing(seen: list[Row], live: list[Row]) -> list[Row]:
    """Everybody who holds a place, and the cancelled ones whose place nobody has taken: an opening to fill."""
    alive = {row["appointment_id"] for row in live}

    def is_free(row: Row) -> bool:
        return row["appointment_id"] not in alive and not any(
            other["provider_id"] == row["provider_id"]
            and other["wall_start"] < row["wall_end"]
            and row["wall_start"] < other["wall_end"]
            for other in live
        )

    return [row for row in seen if not row["is_gone"] or is_free(row)]


def _columns(live: Sequence[Row], hours: Sequence[Row]) -> list[Resource]:
    """Providers who work, are off, or have a visit; all of the location on a day when nobody does."""
    names = {row["provider_id"]: row["provider_name"] for row in hours}
    names |= {row["provider_id"]: row["provider_name"] for row in live}
    off = {row["provider_id"] for row in hours if row["is_off"]}
    present = {row["provider_id"] for row in hours if row["working"]} | off | {row["provider_id"] for row in live}
    return [
        Resource(key, name, "Time off" if key in off else "")
        for key, name in sorted(names.items(), key=lambda item: item[1])
        if key in present or not present
    ]


def _bounds(seen: Sequence[Row], hours: Sequence[Row]) -> tuple[time, time]:
    """Whole hours around everything that happens, at least 8 to 18."""
    stretches = [stretch for row in hours for stretch in row["working"]]
    starts = [item["wall_start"] for item in (*seen, *stretches)]
    ends = [item["wall_end"] for item in (*seen, *stretches)]
    opens = min([OPENS, *(time(start.hour) for start in starts)])
    late = max([CLOSES, *(end.time() for end in ends)])
    past_midnight = any(end.date() > start.date() for start, end in zip(starts, ends, strict=True))
    if past_midnight or late > time(23):
        return opens, time.max
    return opens, late if late == time(late.hour) else time(late.hour + 1)


def _drawn(rows: list[Row], *, may_move: bool) -> Appointment:
    here = [row for row in rows if not row["is_gone"]] or rows
    first = here[0]
    status = min((shown_status(row) for row in here), key=_URGENCY.index)
    who = first["client_name"] or "Booked"
    return Appointment(
        id=first["appointment_id"],
        resource_id=first["provider_id"],
        start=first["wall_start"],
        end=first["wall_end"],
        client=who if first["capacity"] == 1 else f"{len(here)} of {first['capacity']} places",
        service=first["service_name"],
        status=status,
        room=first["room_name"] or ("Video" if first["mode"] == "video" else ""),
        movable=may_move and all(row["status"] == "scheduled" and not row["is_charged"] for row in here),
        buffer_before_minutes=0 if first["is_gone"] else first["before_minutes"],
        buffer_after_minutes=0 if first["is_gone"] else first["after_minutes"],
    )


def _closed(row: Row, opens: time, closes: time) -> list[Closed]:
    """The hatched part of a column, cut to the hours shown."""
    found = []
    for stretch in row["closed"]:
        midnight = datetime.combine(stretch["wall_start"].date(), time())
        first = midnight + timedelta(hours=opens.hour)
        last = midnight + (timedelta(days=1) if closes == time.max else timedelta(hours=closes.hour))
        start, end = max(stretch["wall_start"], first), min(stretch["wall_end"], last)
        if start < end:
            found.append(Closed(row["provider_id"], start, end, _WHY[stretch["why"]]))
    return found
