"""What the calendar shows, and its form on the way to the browser.

All times are the practice's wall clock: naive `datetime`s here, ISO strings without an offset on the wire. The
browser's own zone and clock never matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from dashboards.components.calendar.options import Options, minute, options_payload, wall

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
    """A hatched span of a column: outside availability (no label), or time off with its reason."""

    resource_id: str
    start: datetime
    end: datetime
    label: str = ""


@dataclass(frozen=True)
class Way:
    """A span of a column in which the provider is on the way to or from another place; drawn as buffers are."""

    resource_id: str
    start: datetime
    end: datetime
    label: str = ""


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


Event = Appointment | Closed | Busy | Way


def calendar_payload(
    resources: Sequence[Resource], events: Iterable[Event], options: Options, bar: Bar | None = None
) -> dict[str, Any]:
    """The JSON-serialisable description of the calendar's content."""
    drawn: list[dict[str, Any]] = []
    seen: set[str] = set()
    for event in events:
        if isinstance(event, Closed):
            drawn.append(_background(event.resource_id, event.start, event.end, "closed", event.label))
        elif isinstance(event, Way):
            drawn.append(_background(event.resource_id, event.start, event.end, "buffer way", event.label))
        elif isinstance(event, Busy):
            drawn.append(_busy(event))
        else:
            seen |= {event.status, *event.marks}
            drawn += [_appointment(event), *_buffers(event)]
    now = minute(options.get("now"))
    for resource in resources:
        own = minute(resource.now) or now
        if own is not None:
            drawn.append(_background(resource.id, own, own + timedelta(minutes=1), "now-line"))
    return {
        "resources": [{"id": r.id, "title": r.title, "extendedProps": {"note": r.note}} for r in resources],
        "events": drawn,
        "options": options_payload(options, [resource.id for resource in resources]),
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
    start, end = wall(event.start), wall(event.end)
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
        "start": wall(event.start),
        "end": wall(event.end),
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
        "id": f"{kind}:{resource_id}:{wall(start)}",
        "resourceIds": [resource_id],
        "start": wall(start),
        "end": wall(end),
        "display": "background",
        "allDay": False,
        "classNames": kind.split(),
        "extendedProps": {"label": label},
    }
