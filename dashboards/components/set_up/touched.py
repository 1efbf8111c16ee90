"""Visits that a change of the set-up touched: they stay booked, so a person is told which, and led to them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.calendar import Opened
from dashboards.components.desk import words
from dashboards.components.desk.day import DAY, open_visit
from dashboards.components.desk.place import LOCATION_KEY
from dashboards.session import say
from practice.access.permissions import Actor
from practice.errors import Refusal
from practice.people.setup import practice_today
from practice.scheduling.queries import visit

TOUCHED = "set_up_touched"
SHOWN = 5


def remember(appointment_ids: list[str], matter: str) -> None:
    """Keep them until each is moved or cancelled, or the person has seen enough. `matter` completes "3 visits are"."""
    if appointment_ids:
        st.session_state[TOUCHED] = {"ids": list(appointment_ids), "matter": matter}
        visits = words.count(len(appointment_ids), "upcoming visit is", "upcoming visits are")
        say(f"{visits} touched by this; see the top of the page.")


def show_touched(person: Actor) -> None:
    """How many visits the last change touched, the first of them, and the way to each."""
    kept = st.session_state.get(TOUCHED)
    if not kept:
        return
    first = _first_open(person, kept)
    count = len(kept["ids"])
    if not count:
        del st.session_state[TOUCHED]
        return
    with st.container(border=True):
        verb = "is" if count == 1 else "are"
        st.warning(
            f"**{words.count(count, 'upcoming visit')}** {verb} {kept['matter']}. "
            f"{'It stays' if count == 1 else 'They stay'} as booked until somebody moves or cancels "
            f"{'it' if count == 1 else 'them'} in the calendar.",
            icon=":material/event_busy:",
        )
        for row in first:
            _line(row)
        if count > len(first):
            st.caption(
                f"and {count - len(first):,} more, later than these" if first else "They are at other locations."
            )
        if st.button("I have seen it", type="tertiary", key="touched:seen"):
            del st.session_state[TOUCHED]
            st.rerun()


def _first_open(person: Actor, kept: dict[str, Any]) -> list[dict[str, Any]]:
    """The first ones that still stand and that the person may see; those that were dealt with are forgotten."""
    found: list[dict[str, Any]] = []
    with runtime.current().record.read() as reader:
        today = practice_today(reader)
        for appointment_id in list(kept["ids"]):
            if len(found) == SHOWN:
                break
            try:
                row = visit(reader, person, appointment_id)
            except Refusal:  # out of the person's scope: counted, not shown
                continue
            if row["status"] in ("scheduled", "in_session"):
                found.append(row | {"today": today})
            else:
                kept["ids"].remove(appointment_id)
    return found


def _line(row: dict[str, Any]) -> None:
    here = [one["client_name"] for one in row["attendees"] if not one["is_gone"]]
    who = words.plain(", ".join(here[:3])) + (f" and {len(here) - 3} more" if len(here) > 3 else "")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{words.when(row['wall_start'], row['today'])}** · {who} · "
            f":gray[{words.plain(row['service_name'])}, {words.plain(row['provider_name'])}]",
            width="stretch",
        )
        if st.button("Show", key=f"touched:{row['appointment_id']}", type="tertiary", icon=":material/arrow_forward:"):
            show_visit(row)


def show_visit(row: dict[str, Any]) -> None:
    """Go to the visit's day, with its drawer open."""
    st.session_state[DAY] = row["wall_start"].date()
    st.session_state[LOCATION_KEY] = row["location_id"]
    open_visit(Opened(row["appointment_id"]))
    st.switch_page("app_pages/today.py")
