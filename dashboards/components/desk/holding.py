"""The place that an open booking drawer keeps: other desks see it as being booked, and cannot take it."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.session import actor
from practice.clock import stored
from practice.errors import Refusal
from practice.scheduling.holds import hold_slot, release_hold

HOLD = "desk:hold"
MINUTES = 5
_OF_THE_PLACE = ("provider_id", "service_id", "location_id", "wall_start", "duration_minutes", "mode", "room_id")
_SOON = timedelta(minutes=2)
_NOBODY_TYPES_SECONDS = 600.0  # a drawer that was left open gives its place back


@dataclass(frozen=True)
class Held:
    """What the drawer asked to keep, and what came of it. `touched` is on the monotonic clock."""

    form: str
    holder: str
    asked: dict[str, Any]
    touched: float
    hold_id: str | None = None
    expires_at: datetime | None = None
    refusal: Refusal | None = None


def holder() -> str:
    """Who holds: the person at this browser's page. Two desks that sign in as one do not let go of each other's."""
    return f"{actor().user_id}:{st.session_state.setdefault('desk:holder', uuid.uuid4().hex[:8])}"


def keep(form: str, wish: dict[str, Any]) -> Held:
    """Keep the place of the booking that the form would send now, instead of the one before; each rerun calls it."""
    asked = {name: value for name, value in wish.items() if name in _OF_THE_PLACE}
    held: Held | None = st.session_state.get(HOLD)
    if held is None or held.form != form or held.asked != asked or _ends_soon(held):
        held = _ask(Held(form, holder(), asked, time.monotonic()))
    held = st.session_state[HOLD] = replace(held, touched=time.monotonic())
    return held


def extend() -> None:
    """A beat of the page with the drawer still open: the place is kept on while somebody is at it."""
    held: Held | None = st.session_state.get(HOLD)
    if held and _ends_soon(held) and time.monotonic() - held.touched < _NOBODY_TYPES_SECONDS:
        st.session_state[HOLD] = _ask(held)


def let_go() -> None:
    """The drawer has closed, or its booking is done."""
    held: Held | None = st.session_state.pop(HOLD, None)
    if held is None or held.hold_id is None:
        return
    try:
        runtime.current().record.run(release_hold, actor(), hold_id=held.hold_id, held_by=held.holder)
    except Refusal:
        return  # it was over already, or is a visit by now


def done(form: str) -> None:
    """The place is a visit now, or another place was booked: nothing is left to let go."""
    if of_form(form):
        st.session_state.pop(HOLD)


def of_form(form: str) -> Held | None:
    """What the drawer of that form holds."""
    held: Held | None = st.session_state.get(HOLD)
    return held if held and held.form == form else None


def _ends_soon(held: Held) -> bool:
    return held.expires_at is not None and held.expires_at - stored(runtime.current().record.clock()) < _SOON


def _ask(held: Held) -> Held:
    try:
        answer = runtime.current().record.run(
            hold_slot, actor(), held_by=held.holder, purpose="desk", minutes=MINUTES, **held.asked
        )
    except Refusal as refusal:
        return replace(held, hold_id=None, expires_at=None, refusal=refusal)
    ends = datetime.fromisoformat(answer["expires_at"])
    return replace(held, hold_id=answer["hold_id"], expires_at=ends, refusal=None)
