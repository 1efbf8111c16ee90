"""Visits of which nobody has said what became of them: people state it here, one press each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import acts, steps, words
from dashboards.components.desk.place import Desk, desk_of
from dashboards.session import actor, refused, show_messages
from practice.access.permissions import Permission
from practice.scheduling import queries as scheduling
from practice.store.work import Row

SHOWN = 25


def waiting_for_outcome(desk: Desk) -> list[Row]:
    """Unresolved visits at the desk's location, in the person's scope, the newest first."""
    with runtime.current().record.read() as reader:
        return scheduling.unresolved(reader, desk.person, desk.location["location_id"])[::-1]


@st.dialog("Visits that need an outcome", position="right", width="medium")
def unresolved_drawer() -> None:
    """A list by day with the outcomes as buttons."""
    desk = desk_of(actor())
    if desk is None:
        return
    show_messages()
    rows = waiting_for_outcome(desk)
    if not rows:
        st.success("Every visit has its outcome.", icon=":material/check:")
        return
    st.caption(
        "Their time has passed and nobody has said what became of them. Until then they count as neither kept nor missed."
    )
    _list(rows[:SHOWN], desk)
    if len(rows) > SHOWN:
        st.caption(f"{words.count(len(rows) - SHOWN, 'more visit')}; they follow as these are settled.")


def _list(rows: Sequence[Row], desk: Desk) -> None:
    may_state = desk.person.may(Permission.RECORD_ATTENDANCE)
    for day, visits in groupby(rows, key=lambda row: row["start_date"]):
        st.markdown(f"**{words.day(day, desk.today)}**")
        for row in visits:
            _one(row, may_state=may_state)


def _one(row: Row, *, may_state: bool) -> None:
    form = f"outcome:{row['attendee_id']}"
    with st.container(horizontal=True, vertical_alignment="center", key=form):
        facts = " · ".join(words.plain(fact) for fact in (row["service_name"], row["provider_name"]))
        st.markdown(
            f"{words.clock(row['wall_start'])} **{words.plain(row['client_name'] or 'A client')}**  \n:small[:gray[{facts}]]"
        )
        for step in steps.outcomes(row) if may_state else []:
            st.button(
                "Completed" if step is steps.COMPLETE else step.label, key=f"{form}:{step.command.name}",
                on_click=acts.take_step, args=(step, row), kwargs={"form": form, "is_closing": False},
            )  # fmt: skip
    refusal = refused(form)
    if refusal:
        st.error(str(refusal), icon=":material/error:")
