"""From visits, hours and holds to what the calendar draws and what the strip above it counts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from dashboards.components.calendar import Appointment, Busy, Closed, Event, Resource, Way
from dashboards.components.desk.columns import Layout, columns
from practice.scheduling.calendar_queries import Days
from practice.scheduling.model import Interval, subtract, union
from practice.store.work import Row

OPENS, CLOSES = time(8), time(18)
_WHY = {"time_off": "Time off", "closed": "Closed", "outside_hours": ""}
# Of a group the most urgent status is shown.
_URGENCY = (
    "unresolved", "in_session", "arrived", "scheduled", "confirmed", "completed", "left_unseen", "no_show", "cancelled",
)  # fmt: skip
BLOCK = "block:"
"""What the id of a block begins with in the calendar."""
_HOLDERS = {"online": "Online", "api": "Online", "offer": "Offered from the waitlist", "renewal": "Kept for a series"}


@dataclass(frozen=True)
class Board:
    """One day (or week), ready to draw. `opens` and `closes` bound the hours shown, `free_days` have nothing at all."""

    resources: list[Resource]
    events: list[Event]
    counts: dict[str, int]
    opens: time
    closes: time
    free_days: tuple[date, ...] = ()


def shown_status(row: Row) -> str:
    """The status that a person sees: `unresolved` and `confirmed` are facts beside the stored one."""
    if row["is_unresolved"]:
        return "unresolved"
    if row["status"] == "scheduled" and row["is_confirmed"]:
        return "confirmed"
    return str(row["status"])


def board(days: Days, layout: Layout, *, may_move: bool, me: str = "") -> Board:
    """`me` is the user whose own holds say so."""
    seen = [row for row in days.visits if row["status"] not in ("rescheduled", "entered_in_error")]
    live = [row for row in seen if not row["is_gone"]]
    drawn = columns(days, live, layout)
    shown = {column.id for column in drawn}
    opens, closes = _bounds([*seen, *days.holds], days.hours)
    events: list[Event] = [
        _drawn(list(rows), layout, may_move=may_move)
        for _, rows in groupby(sorted(_worth_drawing(seen, live), key=_by_visit), key=lambda row: row["appointment_id"])
    ]
    events += [_held(row, layout, me) for row in days.holds]
    events += [_blocked(row, layout) for row in days.blocks if row["resource_kind"] == layout.by]
    events += _closed(days.hours, layout, drawn, opens, closes)
    events += [_on_the_way(row, layout) for row in days.ways if layout.by == "provider"]
    events = [event for event in events if event.resource_id in shown]
    return Board(drawn, events, counts(live), opens, closes, _free_days(days))


def counts(live: Iterable[Row]) -> dict[str, int]:
    """Attendees by what the strip names; `booked` is everybody who holds a place."""
    found = dict.fromkeys(("booked", "confirmed", "arrived", "in_session", "completed", "unresolved"), 0)
    for row in live:
        if row["attendee_id"] is None:
            continue  # a group that waits for clients
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


def _free_days(days: Days) -> tuple[date, ...]:
    busy = {row["start_date"] for row in days.visits} | {row["wall_start"].date() for row in days.holds}
    busy |= {row["day"] for row in days.hours if row["working"]}
    return tuple(sorted({row["day"] for row in days.hours} - busy))


def _drawn(rows: list[Row], layout: Layout, *, may_move: bool) -> Appointment:
    here = [row for row in rows if not row["is_gone"]] or rows
    first = here[0]
    status = min((shown_status(row) for row in here), key=_URGENCY.index)
    who = first["client_name"] or "Booked"
    room = first["room_name"] or ("Video" if first["mode"] == "video" else "")
    is_group = first["capacity"] > 1
    marks = (("video", first["mode"] == "video"), ("series", first["series_id"]), ("group", is_group))
    return Appointment(
        id=first["appointment_id"],
        resource_id=layout.column_of(first),
        start=first["wall_start"],
        end=first["wall_end"],
        client=_who(here) if is_group else who,
        service=first["service_name"],
        status=status,
        room=first["provider_name"] if layout.by == "room" else room,
        movable=may_move and all(row["status"] == "scheduled" and not row["is_charged"] for row in here),
        buffer_before_minutes=0 if first["is_gone"] or layout.by == "room" else first["before_minutes"],
        buffer_after_minutes=0 if first["is_gone"] else first["after_minutes"],
        marks=tuple(name for name, has_it in marks if has_it),
    )


def _who(here: list[Row]) -> str:
    """A couple or family by name, a group by its places."""
    names = [row["client_name"] for row in here if row["client_name"]]
    if names and here[0]["billing_unit"] == "appointment":
        return " + ".join(names)
    return f"{sum(row['attendee_id'] is not None for row in here)} of {here[0]['capacity']} places"


def _held(row: Row, layout: Layout, me: str) -> Busy:
    """A place that is being booked just now: whose hand is on it."""
    whose = _HOLDERS.get(row["purpose"]) or (
        "You" if row["held_by"].partition(":")[0] == me else row["holder_name"] or "Another desk"
    )
    return Busy(
        id=row["hold_id"],
        resource_id=layout.column_of(row),
        start=row["wall_start"],
        end=row["wall_end"],
        kind="hold",
        label=row["service_name"],
        title=f"Being booked · {whose}" if row["purpose"] == "desk" else whose,
    )


def _blocked(row: Row, layout: Layout) -> Busy:
    """A meeting, maintenance, another calendar's event."""
    return Busy(
        id=f"{BLOCK}{row['block_id']}",
        resource_id=layout.column_of(row | {f"{layout.by}_id": row["resource_id"]}),
        start=row["wall_start"],
        end=row["wall_end"],
        kind="block",
        label=row["label"],
    )


def _on_the_way(row: Row, layout: Layout) -> Way:
    """The provider is needed elsewhere so soon before or after that nothing can be booked here."""
    return Way(layout.column_of(row), row["wall_start"], row["wall_end"], f"Way · {row['other_name']}")


def _closed(
    hours: Sequence[Row], layout: Layout, drawn: Sequence[Resource], opens: time, closes: time
) -> Iterable[Closed]:
    """The hatched parts of the columns, cut to the hours shown. A room is closed while nobody works at its location."""
    if layout.by == "provider":
        for row in hours:
            for stretch in row["closed"]:
                span = _cut(Interval(stretch["wall_start"], stretch["wall_end"]), opens, closes)
                if span:
                    yield Closed(layout.column_of(row), *span, _WHY[stretch["why"]])
        return
    for (location_id, day), rows in groupby(
        sorted(hours, key=_by_place), key=lambda row: (row["location_id"], row["day"])
    ):
        working = union(Interval(part["wall_start"], part["wall_end"]) for row in rows for part in row["working"])
        midnight = datetime.combine(day, time())
        for stretch in subtract([Interval(midnight, midnight + timedelta(days=1))], working):
            span = _cut(stretch, opens, closes)
            if span:
                yield from (Closed(key.id, *span) for key in drawn if key.id.endswith(f"@{location_id}"))


def _by_place(row: Row) -> tuple[str, date]:
    return row["location_id"], row["day"]


def _cut(stretch: Interval, opens: time, closes: time) -> Interval | None:
    midnight = datetime.combine(stretch.start.date(), time())
    first = midnight + timedelta(hours=opens.hour)
    last = midnight + (timedelta(days=1) if closes == time.max else timedelta(hours=closes.hour))
    start, end = max(stretch.start, first), min(stretch.end, last)
    return Interval(start, end) if start < end else None
