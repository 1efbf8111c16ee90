"""The calendar on a Streamlit page.

The glue (six scripts, calendar.css, signs.svg; 45 kB) goes inline over the websocket, where Streamlit caches it by
its hash. The library it drives, EventCalendar, is loaded once per page from our own static route. Streamlit's other
way, files declared in a manifest, needs an import package named like the distribution, which `daybook` does not have
when it is installed editable.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import streamlit as st

from dashboards import theme
from dashboards.components.calendar.options import Options
from dashboards.components.calendar.payload import Bar, Event, Resource, calendar_payload
from dashboards.components.calendar.triggers import (
    MalformedTriggerError,
    Move,
    Opened,
    Pressed,
    Selection,
    View,
    parse_move,
    parse_opened,
    parse_pressed,
    parse_selection,
    parse_view,
)

_log = logging.getLogger(__name__)
_HERE = Path(__file__).parent
_ASSETS = "app/static/event-calendar-5.10.1"  # the version is in the path, as browsers keep these files

Trigger = TypeVar("Trigger")


@dataclass(frozen=True)
class Interaction:
    """What happened since the last run; each field but `view` is set for one run only."""

    move: Move | None
    selection: Selection | None
    opened: Opened | None
    pressed: Pressed | None
    view: View | None
    """What is on the screen; None until the person first changed it."""


def resource_calendar(
    *,
    key: str,
    resources: Sequence[Resource],
    events: Iterable[Event],
    options: Options | None = None,
    bar: Bar | None = None,
    revision: int = 0,
    height: int = 760,
    on_move: Callable[[Move], None] | None = None,
    on_select: Callable[[Selection], None] | None = None,
    on_open: Callable[[Opened], None] | None = None,
    on_press: Callable[[Pressed], None] | None = None,
    on_view: Callable[[View], None] | None = None,
) -> Interaction:
    """Show appointments with one column per resource, and tell what people do with them.

    Pass the events of the days on show only. Callbacks run before the script does, so that the events are already read
    anew when the page is drawn; open dialogs from the returned value, not from a callback. A dragged appointment stays
    where it was dropped until the answer comes: with events that differ, or, if the move was refused, with a higher
    `revision`, which puts everything back to what `events` says. Below 700 px of width the calendar shows one
    resource at a time or the list of the day, as the person chooses; `height` (px) holds above that. Times are the
    practice's wall clock, see `payload`. By keyboard the arrows lead from visit to visit, Enter opens, M asks to move
    (an `opened` with that action: offer the free times), N asks for a new visit, Ctrl+Z presses the bar's undo.
    """
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    result = _mount(
        key=key,
        data={
            **calendar_payload(resources, events, options or {}, bar),
            "revision": revision,
            "height": height,
            "assets": f"/{base}/{_ASSETS}" if base else f"/{_ASSETS}",
        },
        on_move_change=_deliver(key, "move", parse_move, on_move),
        on_select_change=_deliver(key, "select", parse_selection, on_select),
        on_open_change=_deliver(key, "open", parse_opened, on_open),
        on_press_change=_deliver(key, "press", parse_pressed, on_press),
        on_view_change=_deliver(key, "view", parse_view, on_view),
    )
    return Interaction(
        move=_parsed(parse_move, result.move),
        selection=_parsed(parse_selection, result.select),
        opened=_parsed(parse_opened, result.open),
        pressed=_parsed(parse_pressed, result.press),
        view=_parsed(parse_view, result.view),
    )


def _deliver(
    key: str, name: str, parse: Callable[[object], Trigger], callback: Callable[[Trigger], None] | None
) -> Callable[[], None]:
    def deliver() -> None:
        trigger = _parsed(parse, st.session_state[key][name])
        if callback is not None and trigger is not None:
            callback(trigger)

    return deliver


def _parsed(parse: Callable[[object], Trigger], raw: object) -> Trigger | None:
    if raw is None:
        return None
    try:
        return parse(raw)
    except MalformedTriggerError as error:
        # The reason only: what was sent may hold anything.
        _log.warning("calendar: ignored a trigger: %s", error)
        return None


def _status_colours() -> str:
    def variables(status: theme.Palette) -> str:
        return "".join(f"--{name}:{colour};" for name, colour in status.status.items())

    return f".daybook-calendar{{{variables(theme.LIGHT)}}}\n.daybook-calendar.ec-dark{{{variables(theme.DARK)}}}\n"


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


_mount = st.components.v2.component(
    "daybook_calendar",
    html=_text("signs.svg") + '<div class="daybook-calendar"></div>',
    css=_status_colours() + _text("calendar.css"),
    js="".join(_text(name) for name in ("page.js", "drawing.js", "keys.js", "asking.js", "frame.js", "calendar.js")),
)
