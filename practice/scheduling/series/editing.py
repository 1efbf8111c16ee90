"""Change a series: this visit, this and the following, or all that may still change; clashes are listed as in booking.

"This and following" ends the old series before the visit and goes on as a new one (`split_from_id`). Each occurrence
keeps what it states itself. One that only gets another room, length or mode keeps its id; another time or provider
makes a successor (decision 0004), whose `original_start` says which date of the series it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from practice.access.permissions import Actor, Permission, require
from practice.clock import stored, to_instant
from practice.errors import Refusal
from practice.scheduling import booking_queries as facts
from practice.scheduling.hybrid import change_mode
from practice.scheduling.model import spelled, wall_time
from practice.scheduling.modes import require_mode
from practice.scheduling.moving import move_appointment
from practice.scheduling.series.booking import preview
from practice.scheduling.series.dates import held_at, successors
from practice.scheduling.series.lines import Choices, Line, choice_for, refuse_clashes, tried, unknown_choices
from practice.scheduling.series.reach import Reach, left_sentence, reach_of
from practice.scheduling.series.rehearsal import Rehearsal
from practice.scheduling.series.rules import Rule, sentence
from practice.scheduling.series.splitting import go_on
from practice.scheduling.series.stated import own_fields, stated
from practice.store.record import command
from practice.store.work import Reader, Row, Work


@dataclass(frozen=True)
class Change:
    """What is to be otherwise; None stays. `wall_start` is where the visit that was opened goes; the others follow."""

    wall_start: str | None = None
    provider_id: str | None = None
    room_id: str | None = None
    duration_minutes: int | None = None
    mode: str | None = None

    def given(self) -> Row:
        """The fields that are given, but for the time."""
        named = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "wall_start"}
        return {name: value for name, value in named.items() if value is not None}


@dataclass
class Edit:
    """An edit as it was rehearsed: a line per occurrence reached, and the series as it would be."""

    reach: Reach
    change: Change
    after: Row
    rule: Rule
    walls: list[datetime]
    lines: list[Line]
    kept_own: int


def plan_edit(
    reader: Reader,
    actor: Actor,
    *,
    appointment_id: str,
    scope: str,
    moved_by: str = "client",
    choices: Choices | None = None,
    **change: Any,
) -> Row:
    """What `edit_series` would do now: {lines, free, clashes, left, touched, left_alone, left_sentence, kept_own,
    sentence}. Nothing is written."""
    require(actor, Permission.BOOK)
    edit = rehearse(Rehearsal(reader, actor), appointment_id, scope, Change(**change), choices or {}, moved_by)
    return preview(edit.lines) | _told(edit)


@command(Permission.BOOK)
def edit_series(
    work: Work,
    *,
    appointment_id: str,
    scope: str,
    wall_start: str | None = None,
    provider_id: str | None = None,
    room_id: str | None = None,
    duration_minutes: int | None = None,
    mode: str | None = None,
    moved_by: str = "client",
    choices: Choices | None = None,
) -> Row:
    """Change this visit (`one`), this and the `following`, or `all` visits of its series that may still change.

    Past, charged, attended and cancelled ones are never touched: answers {series_id, appointment_ids, touched,
    left_alone, left_sentence, kept_own, sentence} say how many and why. All or nothing; raises SeriesClash with a fresh
    list when a date is taken and nothing was chosen for it.
    """
    change = Change(wall_start, provider_id, room_id, duration_minutes, mode)
    rehearsal = Rehearsal(work)
    edit = rehearse(rehearsal, appointment_id, scope, change, choices or {}, moved_by)
    refuse_clashes(edit.lines)
    if scope != "one":
        go_on(rehearsal, edit.reach, edit.after, edit.rule, edit.walls)
    _say_what_they_state(rehearsal, edit, scope)
    rehearsal.perform(work)
    return _told(edit) | {
        "series_id": edit.after["series_id"],
        "appointment_ids": [line.appointment_id for line in edit.lines],
    }


def rehearse(work: Rehearsal, appointment_id: str, scope: str, change: Change, choices: Choices, moved_by: str) -> Edit:
    """Do the edit in a rehearsal; lines that clash say so."""
    if not change.given() and change.wall_start is None:
        raise Refusal("Nothing would change; choose another time, provider, room, length or mode.", rule="no_change")
    reach = reach_of(work, appointment_id, scope)
    if change.mode is not None:
        require_mode(work.get("services", reach.series["service_id"], "service"), change.mode)
    after = reach.series | change.given() | {"series_id": reach.series["series_id"]}
    old = reach.walls[reach.first :]
    rule, new = reach.rule.ending(len(old)), old
    if scope == "one":
        rule, new = reach.rule, [wall_time(change.wall_start)] if change.wall_start else []
    elif change.wall_start is not None and reach.anchor["original_start"] in old:
        goal = wall_time(change.wall_start)
        here = reach.anchor["original_start"]
        if goal != reach.anchor["wall_start"]:
            rule, new = successors(reach.rule, old, here, goal)
    if scope != "one" and reach.has_before:
        after["series_id"] = work.new_id()
    goes_to = dict(zip(old, new, strict=True)) if scope != "one" else {}
    edit = Edit(reach, change, after, rule, new, [], 0)
    jobs = [_job(edit, row, scope, change, goes_to) for row in reach.touched]
    _read_ahead(work, reach, [job[1]["wall_start"] for job in jobs], change)
    for row, target, line in jobs:
        choice = choice_for(choices, line.original_start)
        line.choice, line.reason = choice.get("do"), choice.get("reason")
        if line.choice in ("leave", "skip"):
            line.status, line.wall_start = "left", row["wall_start"]
        elif _is_elsewhere(row, target, choice):
            work.release(row["appointment_id"])
    for row, target, line in jobs:
        if line.status != "left":
            _apply(work, row, target, line, choice_for(choices, line.original_start), moved_by)
    unknown_choices(choices, edit.lines)
    return edit


def _job(edit: Edit, row: Row, scope: str, change: Change, goes_to: dict[datetime, datetime]) -> tuple[Row, Row, Line]:
    """An occurrence, where it is to be, and its line. What it states itself it keeps, unless it alone is meant."""
    own = () if scope == "one" else own_fields(edit.reach.series, row)
    target = {name: row[name] if name in own else value for name, value in change.given().items()}
    wall = row["wall_start"]
    if scope == "one":
        wall = edit.walls[0] if edit.walls else wall
    elif "wall_start" not in own and goes_to[row["original_start"]] != row["original_start"]:
        wall = held_at(goes_to[row["original_start"]], edit.reach.series["zone"])
    target["wall_start"] = wall
    edit.kept_own += bool(set(own) & {*change.given(), *(["wall_start"] if change.wall_start else [])})
    line = Line(row["original_start"], wall, provider_id=target.get("provider_id") or row["provider_id"])
    line.appointment_id, line.room_id = row["appointment_id"], row["room_id"]
    edit.lines.append(line)
    return row, target, line


def _is_elsewhere(row: Row, target: Row, choice: Any) -> bool:
    """Whether the visit leaves its place: then others of the series may come where it was."""
    return bool(
        choice.get("do") == "move"
        or target["wall_start"] != row["wall_start"]
        or target.get("provider_id", row["provider_id"]) != row["provider_id"]
    )


def _apply(work: Rehearsal, row: Row, target: Row, line: Line, choice: Any, moved_by: str) -> None:
    wanted = dict(target)
    if line.choice == "move":
        line.wall_start = wanted["wall_start"] = wall_time(choice["wall_start"])
        wanted["provider_id"] = line.provider_id = choice.get("provider_id") or line.provider_id
    if line.choice == "room":
        wanted["room_id"] = choice["room_id"]
    mode = wanted.pop("mode", row["mode"])
    is_elsewhere = _is_elsewhere(row, target, choice)
    differs = {name: value for name, value in wanted.items() if value != row[name]}
    if is_elsewhere and line.choice != "move" and work.get("series", row["series_id"], "series")["room_id"]:
        differs["room_id"] = wanted.get("room_id", row["room_id"])  # the series names its room: no other will do
    if mode == "video":
        differs.pop("room_id", None)

    def do(room_id: str | None = None) -> Row:
        to = differs | ({"room_id": room_id} if room_id else {})
        to = {name: spelled(value) if name == "wall_start" else value for name, value in to.items()}
        here: Row = {"appointment_id": row["appointment_id"], "room_id": row["room_id"]}
        room = to.pop("room_id", None) if mode != row["mode"] and mode == "in_person" else None
        if mode != row["mode"] and mode == "video":
            here = change_mode.function(work, appointment_id=here["appointment_id"], mode=mode)
        if to:
            reason = choice["reason"] if line.choice == "keep" else None
            here = move_appointment.function(
                work, appointment_id=here["appointment_id"], moved_by=moved_by, code="series_changed",
                override_reason=reason, **to,
            )  # fmt: skip
        if mode != row["mode"] and mode == "in_person":  # the room is taken where the visit is by then
            here = change_mode.function(work, appointment_id=here["appointment_id"], mode=mode, room_id=room)
        return here

    if tried(line, do) is None and line.rule == "room_taken":
        line.rooms = [room["room_id"] for room in facts.rooms_of(work, row["location_id"]) if _passes(work, do, room)]


def _passes(work: Rehearsal, do: Callable[[str], Row], room: Row) -> bool:
    with work.only_trying():
        try:
            do(room["room_id"])
        except Refusal:
            return False
    return True


def _say_what_they_state(work: Rehearsal, edit: Edit, scope: str) -> None:
    """Each occurrence belongs to the series as it is now, and remembers what it says otherwise."""
    goes_to = dict(zip(edit.reach.walls[edit.reach.first :], edit.walls, strict=True)) if scope != "one" else {}
    for line in edit.lines:
        row = _row(work, str(line.appointment_id))
        keys = {
            "series_id": edit.after["series_id"],
            "original_start": goes_to.get(line.original_start, line.original_start),
        }
        series = edit.reach.series if scope == "one" else edit.after
        own = dict.fromkeys(stated(series, row | keys))
        if line.choice == "room" or (scope == "one" and edit.change.room_id):
            own["room_id"] = None
        work.update("appointments", str(line.appointment_id), overridden=json.dumps(list(own)) if own else None, **keys)


def _row(work: Work, appointment_id: str) -> Row:
    """The visit's row as it would be."""
    row: Row = work.get("appointments", appointment_id, "visit")
    return row


def _read_ahead(work: Rehearsal, reach: Reach, walls: list[datetime], change: Change) -> None:
    zone = reach.series["zone"]
    rooms = [room["room_id"] for room in facts.rooms_of(work, reach.series["location_id"])]
    providers = {row["provider_id"] for row in reach.touched} | ({change.provider_id} if change.provider_id else set())
    clients = json.loads(reach.series["client_ids"])
    starts = [stored(to_instant(wall, zone)) for wall in walls] + [row["starts_at"] for row in reach.touched]
    work.read_ahead([*rooms, *clients], sorted(providers), starts)


def _told(edit: Edit) -> Row:
    return {
        "touched": len(edit.lines),
        "left_alone": edit.reach.left_alone(),
        "left_sentence": left_sentence(edit.reach.left),
        "kept_own": edit.kept_own,
        "sentence": sentence(edit.rule),
    }
