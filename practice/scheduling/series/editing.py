"""Change a series: this visit, this and the following, or all that may still change; clashes are listed as in booking.

"This and following" ends the old series before the visit and goes on as a new one (`split_from_id`). Each occurrence
keeps what it states itself. One that only gets another room, length or mode keeps its id; another time or provider
makes a successor (decision 0004), whose `original_start` says which date of the series it is.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from practice.access.permissions import Actor, Permission, require
from practice.clock import stored, to_instant
from practice.errors import Conflict, Refusal
from practice.scheduling import booking_queries as facts
from practice.scheduling.model import wall_time
from practice.scheduling.modes import require_mode
from practice.scheduling.series.applying import Change, Edit, Who, apply, is_elsewhere
from practice.scheduling.series.booking import preview
from practice.scheduling.series.dates import held_at, successors
from practice.scheduling.series.lines import Choices, Line, choice_for, refuse_clashes, unknown_choices
from practice.scheduling.series.reach import Reach, left_sentence, reach_of
from practice.scheduling.series.rehearsal import Rehearsal
from practice.scheduling.series.rules import Rule, sentence
from practice.scheduling.series.splitting import go_on
from practice.scheduling.series.stated import own_fields, stated
from practice.store.record import command
from practice.store.work import Reader, Row, Work


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
    edit = rehearse(Rehearsal(reader, actor), appointment_id, scope, Change(**change), choices or {}, Who(moved_by))
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
    code: str | None = None,
    choices: Choices | None = None,
) -> Row:
    """Change this visit (`one`), this and the `following`, or `all` visits of its series that may still change.

    `moved_by` and `code` say who asked for it and why, as for a move. Past, charged, attended and cancelled ones are
    never touched: {series_id, appointment_ids, touched, left_alone, left_sentence, kept_own, sentence} say how many
    and why. All or nothing; raises SeriesClash with a fresh list when a date is taken and nothing was chosen for it.
    """
    change = Change(wall_start, provider_id, room_id, duration_minutes, mode)
    rehearsal = Rehearsal(work)
    edit = rehearse(rehearsal, appointment_id, scope, change, choices or {}, Who(moved_by, code))
    refuse_clashes(edit.lines)
    if scope != "one":
        go_on(rehearsal, edit.reach, edit.after, edit.rule, edit.walls)
    _say_what_they_state(rehearsal, edit, scope)
    rehearsal.perform(work)
    return _told(edit) | {
        "series_id": edit.after["series_id"],
        "appointment_ids": [line.appointment_id for line in edit.lines],
    }


def rehearse(work: Rehearsal, appointment_id: str, scope: str, change: Change, choices: Choices, who: Who) -> Edit:
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
    elif change.wall_start is not None and wall_time(change.wall_start) != reach.anchor["wall_start"]:
        rule, new = _walls_from(reach, wall_time(change.wall_start))
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
        elif is_elsewhere(row, target, choice):
            work.release(row["appointment_id"])
    for row, target, line in jobs:
        if line.status != "left":
            apply(work, row, target, line, choice_for(choices, line.original_start), who)
    unknown_choices(choices, edit.lines)
    return edit


def _walls_from(reach: Reach, goal: datetime) -> tuple[Rule, list[datetime]]:
    """The rule and the dates from the first that changes on, where the visit that was opened would be at `goal`.

    That visit may itself be left alone, because it is over: what follows it is shifted all the same.
    """
    here = reach.anchor["original_start"]
    if here not in reach.walls:
        raise Conflict(
            "This visit is no longer on the dates of its series; open one that is, and change the time from there.",
            rule="apart",
            field="wall_start",
        )
    start = min(reach.first, reach.walls.index(here))
    rule, walls = successors(reach.rule, reach.walls[start:], here, goal)
    walls = walls[reach.first - start :]
    return rule.ending(len(walls)), walls


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
