"""The bar over the calendar: what was just done, with its undo; or why something was refused, with what would pass."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from dashboards.components.calendar import Bar, Pressed

NOTICE = "desk:notice"
UNDO_SECONDS = 10.0
_GRACE_SECONDS = 2.0  # a press that was under way when the time ended still counts


@dataclass(frozen=True)
class Notice:
    """A bar, and what its buttons do. `until` is on the monotonic clock; None = until it is closed."""

    bar: Bar
    does: Mapping[str, Callable[[], object]]
    until: float | None = None


def done(sentence: str, undo: Callable[[], object]) -> None:
    """Something was done; for some seconds it can be undone with one press, before anybody is told of it."""
    shown = Bar(uuid.uuid4().hex, "done", sentence, UNDO_SECONDS, (("undo", "Undo"),))
    st.session_state[NOTICE] = Notice(shown, {"undo": undo}, time.monotonic() + UNDO_SECONDS + _GRACE_SECONDS)


def refused(sentence: str, ways_out: Mapping[str, Callable[[], object]] | None = None) -> None:
    """Something was refused; `ways_out` are what would pass, by label. It stays until it is closed or used."""
    ways = {f"way{number}": way for number, way in enumerate((ways_out or {}).items())}
    buttons = tuple((name, label) for name, (label, _) in ways.items())
    shown = Bar(uuid.uuid4().hex, "refused", sentence, None, buttons)
    st.session_state[NOTICE] = Notice(shown, {name: does for name, (_, does) in ways.items()})


def clear() -> None:
    """What the bar said is no longer news."""
    st.session_state.pop(NOTICE, None)


def clear_refusal() -> None:
    """Something else is done now: a refusal is no longer news. What can still be undone stays."""
    notice: Notice | None = st.session_state.get(NOTICE)
    if notice is not None and notice.bar.kind == "refused":
        clear()


def bar() -> Bar | None:
    """What the calendar is to show now."""
    notice: Notice | None = st.session_state.get(NOTICE)
    if notice is None or (notice.until is not None and notice.until < time.monotonic()):
        return None
    return notice.bar


def pressed(press: Pressed) -> None:
    """A button of the bar: each does its work once, and only while its message is the one that stands."""
    notice: Notice | None = st.session_state.get(NOTICE)
    if bar() is None or notice is None or notice.bar.id != press.bar:
        return
    clear()
    does = notice.does.get(press.button)
    if does is not None:
        does()
