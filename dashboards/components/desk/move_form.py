"""Move a visit without a mouse: another day, provider, time or length, from the times that are free."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.desk.dragging import move_from_drawer
from dashboards.components.desk.place import Desk
from dashboards.components.desk.times import choose_time
from dashboards.components.desk.why import who_and_why
from dashboards.session import refused
from practice.people import queries as people
from practice.scheduling import queries as scheduling
from practice.scheduling.model import spelled
from practice.store.work import Row

DAYS_AHEAD = 28


def move_form(visit: Row, desk: Desk, today: date) -> None:
    """Inside the visit's drawer."""
    form = f"move:{visit['appointment_id']}"
    with runtime.current().record.read() as reader:
        providers = {
            row["provider_id"]: row["name"] for row in people.providers(reader, desk.person, visit["service_id"])
        }
    names = {visit["provider_id"]: visit["provider_name"]} | providers
    left, right = st.columns(2)
    first = left.date_input(
        "From", max(visit["start_date"], today), min_value=today, key=f"{form}:first", format="YYYY-MM-DD"
    )
    provider_id = right.selectbox("Provider", list(names), format_func=names.__getitem__, key=f"{form}:provider")
    with runtime.current().record.read() as reader:
        slots = scheduling.offered_slots(
            reader,
            desk.person,
            visit["service_id"],
            visit["location_id"],
            provider_id=provider_id,
            first=first or today,
            days=DAYS_AHEAD,
            limit=200,
            client_id=_client_of(visit),
            ignoring=visit["appointment_id"],
        )
    slots = [slot for slot in slots if slot["wall_start"] != visit["wall_start"] or provider_id != visit["provider_id"]]
    if not slots:
        st.info(f"Nothing is free with {names[provider_id]} in these four weeks.")
    # Two columns: the drawer is narrow.
    slot = choose_time(form, slots[:120], today, columns=2)
    with st.expander("Another time or length", key=f"{form}:other"):
        left, right = st.columns(2)
        typed = left.time_input("Time", value=None, step=timedelta(minutes=5), key=f"{form}:time")
        minutes = right.number_input("Minutes", 5, 720, visit["duration_minutes"], step=5, key=f"{form}:minutes")
    start = datetime.combine(first or today, typed) if typed else slot["wall_start"] if slot else None
    who_and_why(form, "Who asks for it")
    to: dict[str, Any] = {"provider_id": provider_id}
    if start:
        to["wall_start"] = spelled(start)
    if minutes != visit["duration_minutes"]:
        to["duration_minutes"] = minutes
    is_change = start is not None or minutes != visit["duration_minutes"] or provider_id != visit["provider_id"]
    st.button(
        f"Move to {words.when(start, today)}" if start else "Move",
        key=f"{form}:do",
        type="primary",
        disabled=not is_change,
        on_click=move_from_drawer,
        args=(visit, form),
        kwargs=to,
        width="stretch",
    )
    _refusal(visit, form, to, today)


def _client_of(visit: Row) -> str | None:
    """Whose other visits the offers avoid; a group has no single client."""
    waiting = [row["client_id"] for row in visit["attendees"] if row["status"] == "scheduled"]
    return waiting[0] if len(waiting) == 1 else None


def _refusal(visit: Row, form: str, to: dict[str, Any], today: date) -> None:
    refusal = refused(form)
    if refusal is None:
        return
    st.error(str(refusal), icon=":material/event_busy:")
    with st.container(horizontal=True):
        for text in refusal.alternatives:
            at = datetime.fromisoformat(text)
            st.button(
                f"Move to {words.when(at, today)}",
                key=f"{form}:at:{text}",
                on_click=move_from_drawer,
                args=(visit, form),
                kwargs=to | {"wall_start": text},
            )
