"""What leads to the waitlist from elsewhere: a place that others wait for, and a booking for which nothing suits."""

from __future__ import annotations

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.desk.memo import unchanged
from dashboards.components.desk.place import Desk
from practice.access.permissions import Permission
from practice.errors import Refusal
from practice.store.work import Row
from practice.waitlist.reading import waiting_for_place

HINT = "waitlist:hint"
PAGE = "app_pages/waitlist.py"


def remember(appointment_id: str) -> None:
    """A visit has left its place just now: the next look at the calendar says who waits for it."""
    st.session_state[HINT] = appointment_id


def show_hint(desk: Desk) -> None:
    """`3 people wait for the place at 10:00: offer it`, until it is offered, taken or put aside."""
    appointment_id = st.session_state.get(HINT)
    if appointment_id is None or not desk.person.may(Permission.BOOK):
        return
    minute = desk.now.replace(second=0, microsecond=0)
    count, visit = unchanged(
        "waitlist_hint", (appointment_id, minute, desk.person), lambda: _read(desk, appointment_id)
    )
    if not count:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="waitlist_hint"):
        people = words.count(count, "person waits", "people wait")
        st.markdown(
            f":material/hourglass_top: **{people}** for the place of {words.when(visit['wall_start'], desk.today)}.",
            width="content",
        )
        wish = {"place": appointment_id}
        st.page_link(PAGE, label="Offer it", icon=":material/outgoing_mail:", query_params=wish, width="content")
        st.space("stretch")
        st.button("Not now", key="waitlist:hint:close", type="tertiary", on_click=_forget)


def instead_of_booking(form: str, client_id: str | None, service_id: str, *, label: str) -> None:
    """A way to the waitlist's form with the client and the service already in it."""
    wish = {"service": service_id} | ({"client": client_id} if client_id else {})
    with st.container(key=f"{form}:to_waitlist"):
        st.page_link(PAGE, label=label, icon=":material/hourglass_top:", query_params=wish, width="content")


def _read(desk: Desk, appointment_id: str) -> tuple[int, Row]:
    try:
        with runtime.current().record.read() as reader:
            visit = reader.get("appointments", appointment_id, "visit")
            return waiting_for_place(reader, desk.person, appointment_id), visit
    except Refusal:  # somebody else's location
        return 0, {}


def _forget() -> None:
    st.session_state.pop(HINT, None)
