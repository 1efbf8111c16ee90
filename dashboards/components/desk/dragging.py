"""Moves, from a drag or from the drawer: done with an undo, or a refusal that says who is there and what would pass."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.calendar import Ask, Move
from dashboards.components.desk import acts, notices, words
from dashboards.components.desk.columns import By, Place, place_of
from dashboards.components.desk.place import Desk, desk_of
from dashboards.components.desk.scope import shown_locations
from dashboards.components.desk.why import WHO, why_of, words_of
from dashboards.session import actor, attempt, refused
from practice.errors import Refusal
from practice.scheduling import queries as scheduling
from practice.scheduling.commands import move_appointment
from practice.scheduling.model import spelled
from practice.scheduling.reasons import CODES_OF
from practice.store.work import Row

LAST_WHY = "desk:last_why"


def question(by: By) -> Ask:
    """Who asked for the move, and why: asked where the visit is dropped, with the last answer marked."""
    return {
        "groups": [(who, label, [(code, words_of(code)) for code in CODES_OF[who]]) for who, label in WHO.items()],
        "last": st.session_state.get(LAST_WHY, ("client", "schedule_conflict")),
        "of_columns": by == "provider",
    }


def move_by_hand(dragged: Move) -> None:
    """A drag or a pulled end. Refused, everything goes back to where the record has it, and the bar says why."""
    desk = desk_of(actor())
    if desk is None:
        return
    home = shown_locations(desk)[0]["location_id"]
    place = place_of(dragged.resource_id, home)
    try:
        with runtime.current().record.read() as reader:
            visit = scheduling.visit(reader, desk.person, dragged.id)
        to = _wish(dragged, place, place_of(dragged.old_resource_id, home), visit)
    except Refusal as refusal:
        _snap_back()
        notices.refused(str(refusal))
        return
    if dragged.by:
        st.session_state[LAST_WHY] = (dragged.by, dragged.code or "")
    move(desk, visit, to, by=dragged.by or "client", code=dragged.code)


def _wish(dragged: Move, place: Place, old: Place, visit: Row) -> dict[str, Any]:
    """What the drag asks of the command."""
    if dragged.kind == "resize":
        return {"duration_minutes": words.minutes(dragged.end - dragged.start)}
    if place.location_id != visit["location_id"]:
        raise Refusal(
            f"This visit is at {visit['location_name']}; to change the location, cancel it and book it there.",
            rule="location",
        )
    to: dict[str, Any] = {"wall_start": spelled(dragged.start)} if dragged.start != dragged.old_start else {}
    if place.provider_id is not None:
        return to | {"provider_id": place.provider_id, "wall_start": spelled(dragged.start)}
    if place != old:
        if place.room_id is None:
            raise Refusal("A visit that has a room keeps one; drop it on another room.", rule="room")
        to["room_id"] = place.room_id
    return to


def move(desk: Desk, visit: Row, to: dict[str, Any], *, by: str, code: str | None) -> None:
    """Run the move and say what came of it."""
    # The form names the place, so that a repeated message of the browser is the same intention.
    form = f"drag:{visit['appointment_id']}:{'|'.join(str(value) for value in to.values())}"
    answer = attempt(
        move_appointment, form, is_in_place=True, appointment_id=visit["appointment_id"], moved_by=by, code=code, **to
    )
    if answer is None:
        _snap_back()
        refusal = refused(form)
        if refusal is not None:
            _say_refusal(desk, visit, to, refusal, by=by, code=code)
        return
    _moved(desk, visit, answer)


def move_from_drawer(visit: Row, form: str, **to: Any) -> None:
    """The move that the drawer's form asks for; its refusal is shown there."""
    desk, why = desk_of(actor()), why_of(form)
    answer = attempt(
        move_appointment,
        form,
        reason=why.reason,
        is_in_place=True,
        appointment_id=visit["appointment_id"],
        moved_by=why.by,
        code=why.code,
        **to,
    )
    if answer and desk:
        st.session_state[acts.CLOSE] = True
        _moved(desk, visit, answer)


def _moved(desk: Desk, visit: Row, answer: dict[str, Any]) -> None:
    st.session_state[acts.MADE] = answer["appointment_id"]
    with runtime.current().record.read() as reader:
        now = scheduling.visit(reader, desk.person, answer["appointment_id"])
    notices.done(said(visit, now, desk), partial(acts.undo, visit, now))


def _snap_back() -> None:
    st.session_state[acts.REVISION] = st.session_state.get(acts.REVISION, 0) + 1


def _say_refusal(desk: Desk, visit: Row, to: dict[str, Any], refusal: Refusal, *, by: str, code: str | None) -> None:
    times = [datetime.fromisoformat(text) for text in refusal.alternatives if "T" in text]
    times = [at for at in times if at != visit["wall_start"]]  # where it stands is no way out
    ways = {
        f"Move to {words.when(at, desk.today)}": partial(
            move, desk, visit, to | {"wall_start": spelled(at)}, by=by, code=code
        )
        for at in times[:3]
    }
    notices.refused(str(refusal), ways)


def said(before: Row, after: Row, desk: Desk) -> str:
    """`Moved Ada Birch from 10:00 to 14:00 with Tomas Reed.`"""
    names = [row["client_name"] for row in after["attendees"] if row["client_name"]]
    who = names[0] if len(names) == 1 else before["service_name"]
    if after["wall_start"] == before["wall_start"] and after["provider_id"] == before["provider_id"]:
        if after["duration_minutes"] != before["duration_minutes"]:
            return f"{who}: {words.span(after['wall_start'], after['wall_end'])}, {after['duration_minutes']} minutes."
        return f"{who}: {after['room_name'] or 'no room'} instead of {before['room_name'] or 'no room'}."
    is_same_day = before["wall_start"].date() == after["wall_start"].date()
    shown = words.clock if is_same_day else lambda wall: words.when(wall, desk.today)
    other = f" with {after['provider_name']}" if after["provider_id"] != before["provider_id"] else ""
    if before["wall_start"] == after["wall_start"]:
        return f"Moved {who}, {shown(after['wall_start'])},{other} instead of {before['provider_name']}."
    return f"Moved {who} from {shown(before['wall_start'])} to {shown(after['wall_start'])}{other}."
