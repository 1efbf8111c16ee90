"""In a visit's drawer: which of its series it is, and changing or cancelling this visit, the following, or all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import acts, words
from dashboards.components.desk.place import Desk
from dashboards.components.desk.why import WHO, who_and_why, why_of
from dashboards.components.series.booking import terms_of
from dashboards.components.series.deciding import decide
from dashboards.session import attempt, refused
from practice.errors import Refusal
from practice.people import queries as people
from practice.scheduling.model import spelled
from practice.scheduling.series.cancelling import cancel_series, plan_cancel
from practice.scheduling.series.editing import edit_series, plan_edit
from practice.scheduling.series.queries import place_in_series
from practice.scheduling.series.rules import parse, rhythm
from practice.store.work import Row

SCOPES = {"one": "This visit", "following": "This and the following", "all": "All"}
ACTS = {"change": "Change", "cancel": "Cancel"}
MODES = {"in_person": "In person", "video": "Video"}


def series_line(visit: Row) -> Row | None:
    """Say that the visit is one of a series, and which one; None if it is not."""
    with runtime.current().record.read() as reader:
        place = place_in_series(reader, visit["appointment_id"])
    if place is None:
        return None
    rule = parse(place["rule"], place["zone"], place["wall_start"].date())
    own = " · changed by itself" if visit["overridden"] else ""
    st.caption(
        f":material/event_repeat: This visit is one of a series: **{place['number']} of {place['of']}**"
        f" · {words.plain(rhythm(rule))}{own}"
    )
    return place


def series_form(visit: Row, desk: Desk) -> None:
    """Change or cancel, and how far that reaches."""
    form = f"series:{visit['appointment_id']}"
    what = st.segmented_control(
        "What", list(ACTS), default="change", required=True, format_func=ACTS.__getitem__, key=f"{form}:what",
        label_visibility="collapsed",
    )  # fmt: skip
    scope = st.segmented_control(
        "How far", list(SCOPES), default="following", required=True, format_func=SCOPES.__getitem__,
        key=f"{form}:scope", label_visibility="collapsed",
    )  # fmt: skip
    if what == "cancel":
        _cancel(form, visit, scope, desk)
    else:
        _change(form, visit, scope, desk)
    refusal = refused(form)
    if refusal:
        st.error(str(refusal), icon=":material/error:")


def _change(form: str, visit: Row, scope: str, desk: Desk) -> None:
    change = _asked(form, visit, desk)
    by = st.segmented_control(
        "Who asks for it", list(WHO), default="client", required=True, format_func=WHO.__getitem__, key=f"{form}:by"
    )
    if not change:
        st.caption(
            "Change the time, the provider, the room, the length or the way of meeting; then the dates are shown."
        )
        return
    asked = {"appointment_id": visit["appointment_id"], "scope": scope, "moved_by": by, **change}

    def seen(choices: Any) -> Row:
        with runtime.current().record.read() as reader:
            return plan_edit(reader, desk.person, choices=choices, **asked)

    try:
        seen({})
    except Refusal as refusal:
        st.error(str(refusal), icon=":material/event_busy:")
        return
    button = st.container()
    terms = terms_of(desk, leave_out=("leave", "Leave as it is"), may_leave_free_ones=False)
    decided = decide(f"{form}:{scope}:{sorted(change.items())}", seen, terms)
    told = decided.plan
    with button:
        st.caption(_reach_words(told, scope))
        st.button(
            f"Change {words.count(told['touched'], 'visit')}",
            key=f"{form}:do",
            type="primary",
            width="stretch",
            disabled=not decided.is_ready,
            on_click=_send_change,
            args=(form, asked, decided.choices),
        )


def _reach_words(told: Row, scope: str) -> str:
    """What the series will be, what is left alone and what keeps its own. Pure."""
    parts = [] if scope == "one" else [f"{told['sentence']}."]
    if told["left_sentence"]:
        parts.append(f"Left alone: {told['left_sentence']}.")
    if told["kept_own"]:
        parts.append(f"{words.count(told['kept_own'], 'visit keeps', 'visits keep')} what was changed by itself.")
    return " ".join(parts)


def _asked(form: str, visit: Row, desk: Desk) -> dict[str, Any]:
    """The fields that differ from the visit's."""
    with runtime.current().record.read() as reader:
        names = {row["provider_id"]: row["name"] for row in people.providers(reader, desk.person, visit["service_id"])}
        rooms = {row["room_id"]: row["name"] for row in people.rooms(reader, desk.person, visit["location_id"])}
    names = {visit["provider_id"]: visit["provider_name"]} | names
    left, right = st.columns(2)
    day = left.date_input("Day", visit["wall_start"].date(), key=f"{form}:day", format="YYYY-MM-DD")
    at = right.time_input("Time", visit["wall_start"].time(), step=timedelta(minutes=5), key=f"{form}:time")
    provider_id = left.selectbox("Provider", list(names), format_func=names.__getitem__, key=f"{form}:provider")
    minutes = right.number_input("Minutes", 5, 720, visit["duration_minutes"], step=5, key=f"{form}:minutes")
    mode = left.selectbox(
        "How", list(MODES), index=list(MODES).index(visit["mode"]), format_func=MODES.__getitem__, key=f"{form}:mode"
    )
    here = list(rooms).index(visit["room_id"]) if visit["room_id"] in rooms else None
    room_id = right.selectbox(
        "Room", list(rooms), index=here, format_func=rooms.__getitem__, key=f"{form}:room",
        placeholder="Any free room", disabled=mode == "video",
    )  # fmt: skip
    wanted = {
        "wall_start": spelled(datetime.combine(day or visit["wall_start"].date(), at or visit["wall_start"].time())),
        "provider_id": provider_id,
        "duration_minutes": int(minutes or visit["duration_minutes"]),
        "mode": mode,
        "room_id": room_id if mode != "video" else None,
    }
    now = {name: visit[name] for name in wanted} | {"wall_start": spelled(visit["wall_start"])}
    return {name: value for name, value in wanted.items() if value is not None and value != now[name]}


def _send_change(form: str, asked: dict[str, Any], choices: dict[str, Any]) -> None:
    answer = attempt(edit_series, form, is_in_place=True, done="The series has been changed.", choices=choices, **asked)
    if answer:
        st.session_state[acts.CLOSE] = True


def _cancel(form: str, visit: Row, scope: str, desk: Desk) -> None:
    try:
        with runtime.current().record.read() as reader:
            told = plan_cancel(reader, desk.person, appointment_id=visit["appointment_id"], scope=scope)
    except Refusal as refusal:
        st.error(str(refusal), icon=":material/event_busy:")
        return
    span = f"{told['first']:%-d %b} – {told['last']:%-d %b %Y}" if told["touched"] > 1 else f"{told['first']:%-d %b %Y}"
    left = f" Left alone: {told['left_sentence']}." if told["left_sentence"] else ""
    st.caption(f"{words.count(told['touched'], 'visit')}, {span}.{left}")
    who_and_why(f"{form}:cancelling", "Who cancels")
    st.button(
        f"Cancel {words.count(told['touched'], 'visit')}",
        key=f"{form}:cancel",
        width="stretch",
        on_click=_send_cancel,
        args=(form, visit["appointment_id"], scope),
    )


def _send_cancel(form: str, appointment_id: str, scope: str) -> None:
    why = why_of(f"{form}:cancelling")
    answer = attempt(
        cancel_series,
        form,
        reason=why.reason,
        is_in_place=True,
        done="The visits are cancelled.",
        appointment_id=appointment_id,
        scope=scope,
        cancelled_by=why.by,
        code=why.code,
    )
    if answer:
        st.session_state[acts.CLOSE] = True
