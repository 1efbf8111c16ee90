"""One occurrence of a series that is edited: where it goes, and what stands in its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, NamedTuple

from practice.errors import Refusal
from practice.scheduling import booking_queries as facts
from practice.scheduling.hybrid import change_mode
from practice.scheduling.model import spelled, wall_time
from practice.scheduling.moving import move_appointment
from practice.scheduling.series.lines import Line, tried
from practice.scheduling.series.reach import Reach
from practice.scheduling.series.rehearsal import Rehearsal
from practice.scheduling.series.rules import Rule
from practice.store.work import Row


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


class Who(NamedTuple):
    """Who asked for the edit, and the coded reason if one was given."""

    moved_by: str
    code: str | None = None


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


def is_elsewhere(row: Row, target: Row, choice: Any) -> bool:
    """Whether the visit leaves its place: then others of the series may come where it was."""
    return bool(
        choice.get("do") == "move"
        or target["wall_start"] != row["wall_start"]
        or target.get("provider_id", row["provider_id"]) != row["provider_id"]
    )


def apply(work: Rehearsal, row: Row, target: Row, line: Line, choice: Any, who: Who) -> None:
    """Rehearse the change of one occurrence; its line says what came of it."""
    wanted = dict(target)
    if line.choice == "move":
        line.wall_start = wanted["wall_start"] = wall_time(choice["wall_start"])
        wanted["provider_id"] = line.provider_id = choice.get("provider_id") or line.provider_id
    if line.choice == "room":
        wanted["room_id"] = choice["room_id"]
    mode = wanted.pop("mode", row["mode"])
    is_leaving = is_elsewhere(row, target, choice)
    differs = {name: value for name, value in wanted.items() if value != row[name]}
    if is_leaving and line.choice != "move" and work.get("series", row["series_id"], "series")["room_id"]:
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
                work, appointment_id=here["appointment_id"], moved_by=who.moved_by, code=who.code or "series_changed",
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
