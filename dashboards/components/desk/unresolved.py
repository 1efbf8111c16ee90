"""Visits of which nobody has said what became of them: people state it here, one press each."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import steps, words
from dashboards.components.desk.place import Desk, desk_of
from dashboards.session import actor, attempt, refused, show_messages
from practice.access.permissions import Permission
from practice.scheduling import queries as scheduling
from practice.store.work import Row

SHOWN = 25
SETTLED = "desk:settled"


def waiting_for_outcome(desk: Desk) -> list[Row]:
    """Unresolved visits at the desk's location, in the person's scope, the newest first."""
    with runtime.current().record.read() as reader:
        return scheduling.unresolved(reader, desk.person, desk.location["location_id"])[::-1]


@st.dialog("Visits that need an outcome", position="right", width="medium", on_dismiss="rerun")
def unresolved_drawer() -> None:
    """A list by day with the outcomes as buttons. What was settled keeps its line while the drawer is open: a list that
    moves up under the pointer would put the second press of a double click on the next client."""
    desk = desk_of(actor())
    if desk is None:
        return
    show_messages()
    settled: dict[str, tuple[Row, str]] = st.session_state.setdefault(SETTLED, {})
    waiting = waiting_for_outcome(desk)
    rows = sorted(
        [*waiting, *(row for row, _ in settled.values())],
        key=lambda row: (row["starts_at"], row["attendee_id"]),
        reverse=True,
    )
    if not rows:
        st.success("Every visit has its outcome.", icon=":material/check:")
        return
    st.caption(
        "Their time has passed, nobody has said what became of them. Until then they count as neither kept nor missed."
    )
    may_state = desk.person.may(Permission.RECORD_ATTENDANCE)
    for day, visits in groupby(rows[: SHOWN + len(settled)], key=lambda row: row["start_date"]):
        st.markdown(f"**{words.day(day, desk.today)}**")
        for row in visits:
            _line(row, settled.get(row["attendee_id"], (row, ""))[1], may_state=may_state)
    if len(waiting) > SHOWN:
        st.caption(f"{words.count(len(waiting) - SHOWN, 'more visit')}; they follow as these are settled.")


def settle(step: steps.Step, row: Row, form: str) -> None:
    """State the outcome; the line stays, with what was said in place of the buttons."""
    done = step.done.format(client=row["client_name"] or "The client")
    if attempt(step.command, form, is_in_place=True, done=done, **step.parameters(row)):
        st.session_state.setdefault(SETTLED, {})[row["attendee_id"]] = (row, word_for(step))


def word_for(step: steps.Step) -> str:
    """The outcome as a word."""
    return "Completed" if step is steps.COMPLETE else step.label


def _line(row: Row, said: str, *, may_state: bool) -> None:
    form = f"outcome:{row['attendee_id']}"
    with st.container(horizontal=True, vertical_alignment="center", key=form):
        facts = " · ".join(words.plain(fact) for fact in (row["service_name"], row["provider_name"]))
        name = words.plain(row["client_name"] or "A client")
        st.markdown(f"{words.clock(row['wall_start'])} **{name}**  \n:small[:gray[{facts}]]")
        st.space("stretch")
        if said:
            st.badge(said, icon=":material/check:", color="green")
        for step in steps.outcomes(row) if may_state and not said else []:
            st.button(word_for(step), key=f"{form}:{step.command.name}", on_click=settle, args=(step, row, form))
    refusal = refused(form)
    if refusal:
        st.error(str(refusal), icon=":material/error:")
