"""How the calendar is set up, and the form of it on the way to the browser."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, TypedDict

from dashboards.components.calendar.triggers import ViewKind


class Ask(TypedDict):
    """Who asks for a move, and why, is asked where the visit was dropped."""

    groups: Sequence[tuple[str, str, Sequence[tuple[str, str]]]]
    """(who, label, [(code, words)])."""
    last: tuple[str, str]
    """The (who, code) that Enter takes."""
    of_columns: bool
    """Whether another column alone is a move in this sense: another provider is, another room is not."""


class Options(TypedDict, total=False):
    """How the calendar is set up. Whatever is absent has the default named here."""

    date: date
    """The day to show. Keep it in step with `View.start`; a change moves the calendar. Default: the day of `now`."""
    now: datetime
    """The practice's now: draws the line, and the Today button goes there. Default: no line, no button."""
    view: ViewKind
    """The view to begin with on a wide screen. Default "day"."""
    views: Sequence[ViewKind]
    """The views offered. Default day and list."""
    week_of: Sequence[str]
    """The columns of the week view: one is a plain week, several stand side by side on each day. Default: the first."""
    hidden_days: Sequence[int]
    """Days of the week (0 = Sunday) left out of the week view. Default none."""
    ask: Ask
    """What is asked when a visit is dropped at another time. Default: nothing."""
    focus: str | None
    """The visit that the last command made: the keyboard's focus goes on to it."""
    day_start: time
    """First time shown. Default 08:00."""
    day_end: time
    """Last time shown; `time.max` for the whole day. Default 19:00."""
    slot_minutes: int
    """Distance of the lines. Default 15."""
    snap_minutes: int
    """Step of dragging and drawing. Default 5."""
    editable: bool
    """Whether movable appointments can be moved at all. Default True."""
    selectable: bool
    """Whether an empty place can be clicked or drawn. Default True."""
    hour12: bool
    """12-hour or 24-hour clock. Default: the locale's habit."""
    locale: str
    """A BCP 47 tag such as "en-GB". Default: the browser's."""
    first_day: int
    """First day of the week, 0 = Sunday. Default 1."""
    legend: bool
    """Whether the signs that occur are explained below. Default True."""


def options_payload(options: Options, columns: Sequence[str]) -> dict[str, Any]:
    now, day = minute(options.get("now")), options.get("date")
    if day is None and now is not None:
        day = now.date()
    day_end = options.get("day_end", time(19))
    return {
        "date": day.isoformat() if day else None,
        "now": wall(now) if now else None,
        "view": options.get("view", "day"),
        "views": list(options.get("views", ("day", "list"))),
        "week_of": list(options.get("week_of", columns[:1])),
        "hidden_days": list(options.get("hidden_days", ())),
        "ask": _ask(options["ask"]) if "ask" in options else None,
        "focus": options.get("focus"),
        "day_start": options.get("day_start", time(8)).isoformat("minutes"),
        "day_end": "24:00" if day_end == time.max else day_end.isoformat("minutes"),
        "slot_minutes": options.get("slot_minutes", 15),
        "snap_minutes": options.get("snap_minutes", 5),
        "editable": options.get("editable", True),
        "selectable": options.get("selectable", True),
        "hour12": options.get("hour12"),
        "locale": options.get("locale"),
        "first_day": options.get("first_day", 1),
    }


def _ask(ask: Ask) -> dict[str, Any]:
    groups = [{"by": by, "label": label, "codes": [list(code) for code in codes]} for by, label, codes in ask["groups"]]
    return {"groups": groups, "last": list(ask["last"]), "of_columns": ask["of_columns"]}


def minute(now: datetime | None) -> datetime | None:
    # Seconds would make every poll of the page a change, and a change redraws.
    return now and now.replace(second=0, microsecond=0)


def wall(moment: datetime) -> str:
    if moment.tzinfo is not None:
        raise ValueError("the calendar takes wall-clock times without a zone")
    return moment.isoformat(timespec="seconds")
