"""What a practice without any money yet does first, on every page where money will be; and what an empty list says."""

from __future__ import annotations

import streamlit as st

from dashboards import runtime
from practice.access.permissions import Actor, Permission
from practice.people.beginning_queries import next_step

_WAYS = {
    "client": ("client.py", "Clients", ":material/group:", Permission.SEE_CLIENTS),
    "visit": ("book.py", "Book", ":material/event_available:", Permission.BOOK),
    "outcome": ("today.py", "Calendar", ":material/calendar_view_day:", Permission.SEE_SCHEDULE),
}
_SET_UP = ("set_up.py", "Set-up", ":material/tune:", Permission.SET_UP)


def show_first_step(person: Actor) -> None:
    """One sentence and the way there; nothing once a visit was completed or something is in the books."""
    with runtime.current().record.read() as reader:
        step = next_step(reader)
    if step is None:
        return
    page, label, icon, needs = _WAYS.get(step.step, _SET_UP)
    with st.container(border=True, gap="xsmall"):
        st.markdown("**Money and numbers begin with the first completed visit**")
        with st.container(horizontal=True, vertical_alignment="center"):
            who = "" if person.may(needs) else " The owner does that in Set-up."
            st.markdown(f"Next: {step.sentence}{who}", width="content")
            if person.may(needs):
                st.page_link(f"app_pages/{page}", label=label, icon=icon, width="content")


def nothing(sentence: str) -> None:
    """What an empty list says: that all is done, or, where nothing has begun yet, merely that it is empty."""
    with runtime.current().record.read() as reader:
        has_begun = next_step(reader) is None
    if has_begun:
        st.success(sentence, icon=":material/task_alt:")
    else:
        st.caption(sentence)
