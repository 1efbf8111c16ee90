"""Book a series: every date is checked in one reading and shown, then all of them are committed at once, or none."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from practice.access.permissions import Actor, Permission, require
from practice.clock import stored, to_instant
from practice.errors import Refusal
from practice.scheduling import booking_queries as facts
from practice.scheduling.commands import book_appointment
from practice.scheduling.model import spelled, wall_time
from practice.scheduling.modes import is_joinable
from practice.scheduling.planning import minutes_of
from practice.scheduling.series import queries
from practice.scheduling.series.dates import dates, held_at, missing
from practice.scheduling.series.lines import Choices, Line, choice_for, refuse_clashes, tried, unknown_choices
from practice.scheduling.series.rehearsal import Rehearsal
from practice.scheduling.series.rules import parse, sentence, written
from practice.scheduling.series.stated import stated
from practice.scheduling.series.wishes import JOINED, Wish, exceptions, series_row
from practice.store.record import command
from practice.store.work import Reader, Row, Work


def plan_series(reader: Reader, actor: Actor, *, choices: Choices | None = None, **wish: Any) -> Row:
    """What booking this series would do now: {rule, sentence, lines, missing, free, clashes, skipped}.

    `wish` are the parameters of `book_series`. `lines` has a row per date (see `lines.Line`), each judged by the check
    that booking makes, after the dates before it; `missing` are months without the rule's date. Nothing is written.
    Raises Refusal for what concerns the series as a whole, such as a rule that is not supported.
    """
    require(actor, Permission.BOOK)
    return plan_wish(Rehearsal(reader, actor), Wish(**wish), choices or {})


def plan_wish(work: Rehearsal, asked: Wish, choices: Choices, *, holds: dict[str, Any] | None = None) -> Row:
    """The preview of a series; see `plan_series`. `holds` are places that are kept for it, by wall time."""
    location = work.get("locations", asked.location_id, "location")
    rule = parse(asked.rule, location["zone"], wall_time(asked.wall_start).date())
    walls = dates(rule, wall_time(asked.wall_start))
    _read_ahead(work, asked, [stored(to_instant(wall, location["zone"])) for wall in walls])
    lines = lay_out(work, asked, walls, location["zone"], choices, series_id=None, holds=holds)
    return preview(lines) | {
        "rule": written(rule, location["zone"]),
        "sentence": sentence(rule),
        "missing": [month.first for month in missing(rule, walls)],
    }


def preview(lines: list[Line]) -> Row:
    """Lines with their counts."""
    counted = {status: sum(line.status == status for line in lines) for status in ("free", "clash", "skipped", "left")}
    return {
        "lines": [line.row() for line in lines],
        "free": counted["free"],
        "clashes": counted["clash"],
        "skipped": counted["skipped"],
        "left": counted["left"],
    }


@command(Permission.BOOK)
def book_series(
    work: Work,
    *,
    client_id: str,
    provider_id: str,
    service_id: str,
    location_id: str,
    wall_start: str,
    rule: str,
    room_id: str | None = None,
    duration_minutes: int | None = None,
    mode: str = "in_person",
    channel: str = "desk",
    choices: Choices | None = None,
    hold_id: str | None = None,
    held_by: str | None = None,
) -> Row:
    """Book every date of a rule for a client, in one transaction; `choices` decide on dates that are not free.

    `hold_id` is the place that `held_by` keeps for the first date while somebody types.

    Answers {series_id, appointment_ids, skipped, sentence}. All or nothing: raises SeriesClash with a fresh list when
    any date is taken and nothing was chosen for it. A date on which a group stands already is joined there.
    """
    wish = Wish(
        client_id, provider_id, service_id, location_id, wall_start, rule, room_id, duration_minutes, mode, channel,
        hold_id, held_by,
    )  # fmt: skip
    return make_series(work, wish, choices or {})


def make_series(
    work: Work, wish: Wish, choices: Choices, *, renewed_from_id: str | None = None, holds: dict[str, Any] | None = None
) -> Row:
    """Book a series and write its row; see `book_series`."""
    location = work.get("locations", wish.location_id, "location")
    first = wall_time(wish.wall_start)
    rule = parse(wish.rule, location["zone"], first.date())
    walls = dates(rule, first)
    series_id = work.new_id()
    rehearsal = Rehearsal(work)
    _read_ahead(rehearsal, wish, [stored(to_instant(wall, location["zone"])) for wall in walls])
    lines = lay_out(rehearsal, wish, walls, location["zone"], choices, series_id=series_id, holds=holds)
    refuse_clashes(lines)
    made = [line for line in lines if line.status == "free"]
    if not made:
        raise Refusal("Every date would be left out; keep at least one.", rule="recurrence", field="choices")
    own = [line for line in made if line.note != JOINED]
    row = series_row(work, wish, rule, lines, series_id, location["zone"]) | {"renewed_from_id": renewed_from_id}
    for line in own:
        _keep_what_it_states(rehearsal, row, line)
    rehearsal.perform(work)
    if own:
        work.insert("series", row)
        work.insert("series_exceptions", *exceptions(work, series_id, lines))
    return {
        "series_id": series_id if own else None,
        "appointment_ids": [line.appointment_id for line in made],
        "skipped": [line.original_start for line in lines if line.status == "skipped"],
        "sentence": sentence(rule),
    }


def lay_out(
    work: Rehearsal,
    wish: Wish,
    walls: list[datetime],
    zone: str,
    choices: Choices,
    *,
    series_id: str | None,
    holds: dict[str, Any] | None = None,
) -> list[Line]:
    """Rehearse the booking of each date as chosen."""
    service = work.get("services", wish.service_id, "service")
    if wish.duration_minutes is not None:
        minutes_of(service, wish.duration_minutes)
    if stored(to_instant(walls[0], zone)) < stored(work.now):
        raise Refusal(
            "A series begins in the future; what was is entered visit by visit.", rule="past", field="wall_start"
        )
    lines = []
    for wall in walls:
        choice = choice_for(choices, wall)
        line = Line(wall, held_at(wall, zone), choice=choice.get("do"), reason=choice.get("reason"))
        lines.append(line)
        if line.wall_start != wall:
            line.note = f"{wall:%H:%M} is skipped by the clocks on that day; it is held at {line.wall_start:%H:%M}"
        if line.choice in ("skip", "leave"):
            line.status = "skipped"
            continue
        if line.choice == "move":
            line.wall_start = wall_time(choice["wall_start"])
        line.provider_id = (choice.get("provider_id") if line.choice == "move" else None) or wish.provider_id
        where = wish.booking() | {
            "wall_start": spelled(line.wall_start),
            "provider_id": line.provider_id,
            "room_id": choice["room_id"] if line.choice == "room" else wish.room_id,
            "override_reason": choice["reason"] if line.choice == "keep" else None,
        }
        if _joins(work, service, where, line, zone):
            line.note, where["room_id"] = JOINED, None
        elif series_id:
            where |= {"series_id": series_id, "original_start": spelled(wall)}
        if line.choice is None:
            where |= (holds or {}).get(spelled(wall), {})
            if wall == walls[0] and wish.hold_id:
                where |= {"hold_id": wish.hold_id, "held_by": wish.held_by}
        booked = tried(line, lambda where=where: book_appointment.function(work, **where))  # type: ignore[misc]
        if booked is None and line.rule == "room_taken":
            line.rooms = _free_rooms(work, wish.location_id, where)
    unknown_choices(choices, lines)
    return lines


def _keep_what_it_states(work: Work, series: Row, line: Line) -> None:
    """An occurrence that was chosen to be otherwise than the rule says states those fields itself."""
    if line.choice in ("move", "room"):
        own = stated(series, queries.occurrence_row(work, str(line.appointment_id)))
        work.update("appointments", str(line.appointment_id), overridden=json.dumps(own) if own else None)


def _joins(work: Work, service: Row, where: Row, line: Line, zone: str) -> bool:
    """Whether a group of that provider, service and place stands at that time already."""
    if not is_joinable(service):
        return False
    at = stored(to_instant(line.wall_start, zone))
    return facts.occurrence(work, where["provider_id"], where["service_id"], where["location_id"], at) is not None


def _free_rooms(work: Rehearsal, location_id: str, where: Row) -> list[str]:
    """The other rooms in which the same visit would pass."""
    found = []
    for room in facts.rooms_of(work, location_id):
        with work.only_trying():
            try:
                book_appointment.function(work, **where | {"room_id": room["room_id"]})
            except Refusal:
                continue
            found.append(str(room["room_id"]))
    return found


def _read_ahead(work: Rehearsal, wish: Wish, starts: list[datetime]) -> None:
    rooms = [room["room_id"] for room in facts.rooms_of(work, wish.location_id)]
    work.read_ahead([*rooms, wish.client_id], [wish.provider_id], starts)
