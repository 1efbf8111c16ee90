"""What a person did in the calendar, checked as it comes from the browser.

All times are the practice's wall clock without a zone. The browser is not trusted: shape, order and length are
checked here; whether the person may do it, and whether it is possible, is for the command that follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, TypeVar, get_args

MoveKind = Literal["drop", "resize"]
ViewKind = Literal["day", "week", "list"]
OpenAction = Literal["open", "move"]

_MOVE_KINDS: tuple[MoveKind, ...] = get_args(MoveKind)
_VIEW_KINDS: tuple[ViewKind, ...] = get_args(ViewKind)
_OPEN_ACTIONS: tuple[OpenAction, ...] = get_args(OpenAction)
_LONGEST_ID = 120

Choice = TypeVar("Choice", bound=str)


class MalformedTriggerError(ValueError):
    """The browser sent something the calendar never sends."""


@dataclass(frozen=True)
class Move:
    """An appointment was dragged to another time or column ("drop") or its end was pulled ("resize")."""

    kind: MoveKind
    id: str
    start: datetime
    end: datetime
    resource_id: str
    old_start: datetime
    old_resource_id: str
    by: str | None = None
    """Who asked for it and why, where `Options.ask` asks."""
    code: str | None = None


@dataclass(frozen=True)
class Selection:
    """An empty place was clicked (`end` is None: no length was chosen) or a span was drawn.

    `is_typed`: a new visit was asked for with the keyboard, and the place is only a first guess.
    """

    start: datetime
    end: datetime | None
    resource_id: str
    is_typed: bool = False


@dataclass(frozen=True)
class Opened:
    """An appointment or a block was clicked, or Enter was pressed on it; "move": M was, to move it."""

    id: str
    action: OpenAction = "open"


@dataclass(frozen=True)
class Pressed:
    """A button of the bar with that id was pressed; "close" is its cross."""

    bar: str
    button: str


@dataclass(frozen=True)
class View:
    """What is on the screen now: the days from `start` up to, not including, `end`."""

    kind: ViewKind
    start: date
    end: date


def parse_move(raw: object) -> Move:
    """Check a move trigger."""
    fields = _fields(raw)
    start, end = _span(fields)
    return Move(
        kind=_one_of(fields, "kind", _MOVE_KINDS),
        id=_id(fields, "id"),
        start=start,
        end=end,
        resource_id=_id(fields, "resource_id"),
        old_start=_time(fields, "old_start"),
        old_resource_id=_id(fields, "old_resource_id"),
        by=_id(fields, "by") if fields.get("by") is not None else None,
        code=_id(fields, "code") if fields.get("code") else None,
    )


def parse_selection(raw: object) -> Selection:
    """Check a selection trigger."""
    fields = _fields(raw)
    is_typed = fields.get("is_typed") is True
    if fields.get("end") is None:
        return Selection(_time(fields, "start"), None, _id(fields, "resource_id"), is_typed)
    start, end = _span(fields)
    return Selection(start, end, _id(fields, "resource_id"), is_typed)


def parse_opened(raw: object) -> Opened:
    """Check an open trigger."""
    fields = _fields(raw)
    return Opened(_id(fields, "id"), _one_of({"action": "open", **fields}, "action", _OPEN_ACTIONS))


def parse_pressed(raw: object) -> Pressed:
    """Check a press of one of the bar's buttons."""
    fields = _fields(raw)
    return Pressed(_id(fields, "bar"), _id(fields, "button"))


def parse_view(raw: object) -> View:
    """Check the calendar's view state."""
    fields = _fields(raw)
    start, end = _span(fields)
    return View(_one_of(fields, "kind", _VIEW_KINDS), start.date(), end.date())


def _fields(raw: object) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise MalformedTriggerError("not a table of fields")
    return raw


def _one_of(fields: Mapping[str, Any], name: str, choices: tuple[Choice, ...]) -> Choice:
    for choice in choices:
        if fields.get(name) == choice:
            return choice
    raise MalformedTriggerError(f"{name} is none of {', '.join(choices)}")


def _id(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_ID:
        raise MalformedTriggerError(f"{name} is not an id")
    return value


def _time(fields: Mapping[str, Any], name: str) -> datetime:
    value = fields.get(name)
    try:
        time = datetime.fromisoformat(value)  # type: ignore[arg-type]  # a wrong type is one of the refusals
    except (TypeError, ValueError):
        raise MalformedTriggerError(f"{name} is not a time") from None
    if time.tzinfo is not None:
        raise MalformedTriggerError(f"{name} carries a zone; wall clock expected")
    return time


def _span(fields: Mapping[str, Any]) -> tuple[datetime, datetime]:
    start, end = _time(fields, "start"), _time(fields, "end")
    if end <= start:
        raise MalformedTriggerError("end is not after start")
    return start, end
