"""What the calendar shows, and its form on the way to the browser.

All times are the practice's wall clock: naive `datetime`s here, ISO strings without an offset on the wire. The
browser's own zone and clock never matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, TypedDict

from dashboards.components.calendar.triggers import ViewKind

# Each status has a colour (dashboards/theme.py), a sign (signs.svg), a line (calendar.css) and this word.
STATUS_LABELS: Mapping[str, str] = {
    "scheduled": "Scheduled",
    "confirmed": "Confirmed",
    "arrived": "Arrived",
    "in_session": "In session",
    "completed": "Completed",
    "no_show": "No-show",
    "cancelled": "Cancelled",
    "left_unseen": "Left unseen",
    "unresolved": "Unresolved",
}

# What a visit is beside its status: a sign behind the name, and this word.
MARKS: Mapping[str, str] = {"video": "By video", "series": "One of a series", "group": "Group"}

# Up to this length an appointment has room for one line of text.
_ONE_LINE = timedelta(minutes=20)
# Up to this length it has room for two.
_TWO_LINES = timedelta(minutes=40)


@dataclass(frozen=True)
class Resource:
    """A column: a provider, or a room. `note` is a short second line, such as the location.

    `now` is the wall time of the column's own place, where it differs from `Options.now`.
    """

    id: str
    title: str
    note: str = ""
    now: datetime | None = None


@dataclass(frozen=True)
class Appointment:
    """An appointment in one column, half-open [start, end). `movable` allows dragging and pulling its end."""

    id: str
    resource_id: str
    start: datetime
    end: datetime
    client: str
    service: str
    status: str
    room: str = ""
    movable: bool = True
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Closed:
    """A hatched span of a column: outside availability (no label), time off with its reason, or travel."""

    resource_id: str
    start: datetime
    end: datetime
    label: str = ""
    kind: Literal["closed", "travel"] = "closed"


@dataclass(frozen=True)
class Busy:
    """Time that is no visit and yet taken: a hold (somebody is booking it just now) or a block (a meeting, an absence).

    `label` says which; `title` is a name beside it. A block can be opened; nothing of it can be dragged.
    """

    id: str
    resource_id: str
    start: datetime
    end: datetime
    kind: Literal["hold", "block"]
    label: str
    title: str = ""


@dataclass(frozen=True)
class Bar:
    """A message over the calendar: what was done (with its undo), or why it was refused, with what would pass.

    `id` differs from message to message. `seconds` is how long it stays; None = until it is closed.
    """

    id: str
    kind: Literal["done", "refused"]
    text: str
    seconds: float | None = None
    buttons: tuple[tuple[str, str], ...] = ()
    """Pairs of a name, which comes back in `Pressed.button`, and a label."""


Event = Appointment | Closed | Busy


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


def calendar_payload(
    resources: Sequence[Resource], events: Iterable[Event], options: Options, bar: Bar | None = None
) -> dict[str, Any]:
    """The JSON-serialisable description of the calendar's content."""
    drawn: list[dict[str, Any]] = []
    seen: set[str] = set()
    for event in events:
        if isinstance(event, Closed):
            drawn.append(_background(event.resource_id, event.start, event.end, event.kind, event.label))
        elif isinstance(event, Busy):
            drawn.append(_busy(event))
        else:
            seen |= {event.status, *event.marks}
            drawn += [_appointment(event), *_buffers(event)]
    now = _minute(options.get("now"))
    for resource in resources:
        own = _minute(resource.now) or now
        if own is not None:
            drawn.append(_background(resource.id, own, own + timedelta(minutes=1), "now-line"))
    return {
        "resources": [{"id": r.id, "title": r.title, "extendedProps": {"note": r.note}} for r in resources],
        "events": drawn,
        "options": _options(options, resources),
        "legend": _legend(seen) if options.get("legend", True) else [],
        "bar": bar and {**asdict(bar), "buttons": [list(button) for button in bar.buttons]},
    }


def _legend(seen: set[str]) -> list[list[Any]]:
    """[sign, words, whether it is a mark beside the status] of whatever occurs."""
    known = ((STATUS_LABELS, False), (MARKS, True))
    return [[name, words, is_mark] for table, is_mark in known for name, words in table.items() if name in seen]


def _appointment(event: Appointment) -> dict[str, Any]:
    if event.status not in STATUS_LABELS:
        raise ValueError(f"unknown status {event.status!r}; known: {', '.join(STATUS_LABELS)}")
    start, end = _wall(event.start), _wall(event.end)
    length = event.end - event.start
    lines = "one-line" if length <= _ONE_LINE else "two-lines" if length <= _TWO_LINES else "more-lines"
    return {
        "id": event.id,
        "resourceIds": [event.resource_id],
        "start": start,
        "end": end,
        "title": event.client,
        "editable": event.movable,
        "classNames": [f"status-{event.status}", lines],
        "extendedProps": {
            "status": event.status,
            "label": STATUS_LABELS[event.status],
            "service": event.service,
            "room": event.room,
            "marks": [[name, MARKS[name]] for name in event.marks],
        },
    }


def _busy(event: Busy) -> dict[str, Any]:
    length = event.end - event.start
    return {
        "id": event.id,
        "resourceIds": [event.resource_id],
        "start": _wall(event.start),
        "end": _wall(event.end),
        "title": event.title,
        "editable": False,
        "classNames": [event.kind, "one-line" if length <= _ONE_LINE else "two-lines"],
        "extendedProps": {"kind": event.kind, "label": event.label},
    }


def _buffers(event: Appointment) -> list[dict[str, Any]]:
    before = event.start - timedelta(minutes=event.buffer_before_minutes)
    after = event.end + timedelta(minutes=event.buffer_after_minutes)
    spans = ((before, event.start), (event.end, after))
    return [_background(event.resource_id, start, end, "buffer") for start, end in spans if start < end]


def _background(resource_id: str, start: datetime, end: datetime, kind: str, label: str = "") -> dict[str, Any]:
    return {
        "id": f"{kind}:{resource_id}:{_wall(start)}",
        "resourceIds": [resource_id],
        "start": _wall(start),
        "end": _wall(end),
        "display": "background",
        "allDay": False,
        "classNames": [kind],
        "extendedProps": {"label": label},
    }


def _options(options: Options, resources: Sequence[Resource]) -> dict[str, Any]:
    now, day = _minute(options.get("now")), options.get("date")
    if day is None and now is not None:
        day = now.date()
    day_end = options.get("day_end", time(19))
    return {
        "date": day.isoformat() if day else None,
        "now": _wall(now) if now else None,
        "view": options.get("view", "day"),
        "views": list(options.get("views", ("day", "list"))),
        "week_of": list(options.get("week_of", [resource.id for resource in resources[:1]])),
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


def _minute(now: datetime | None) -> datetime | None:
    # Seconds would make every poll of the page a change, and a change redraws.
    return now and now.replace(second=0, microsecond=0)


def _wall(moment: datetime) -> str:
    if moment.tzinfo is not None:
        raise ValueError("the calendar takes wall-clock times without a zone")
    return moment.isoformat(timespec="seconds")
