"""The provider's notes that are still to be signed: a button in the calendar's head, and the list behind it."""

from __future__ import annotations

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.desk.acts import begin_drawer
from dashboards.components.desk.memo import unchanged
from dashboards.components.desk.note_box import note_box
from dashboards.components.desk.place import Desk, desk_of
from dashboards.session import actor, show_messages
from practice.access.permissions import Permission
from practice.notes.queries import unsigned
from practice.store.feed import feed_head
from practice.store.work import Row

SHOWN = 15


def notes_button(desk: Desk, drawer: str) -> None:
    """How many of one's own visits wait for a signature; nothing where none does."""
    if desk.person.role != "provider" or not desk.person.may(Permission.WRITE_NOTES):
        return
    head = feed_head(runtime.current().record).audit_seq  # notes are in no feed: only the audit trail tells of them
    waiting = unchanged("notes", (desk.person, head), lambda: len(_waiting(desk)))
    if waiting:
        st.button(
            f"{words.count(waiting, 'note')} to sign", icon=":material/edit_note:", type="tertiary", key="desk:notes",
            on_click=_open, args=(drawer,),
        )  # fmt: skip


def _open(drawer: str) -> None:
    begin_drawer()
    st.session_state[drawer] = ("notes",)


def _waiting(desk: Desk) -> list[Row]:
    with runtime.current().record.read() as reader:
        return unsigned(reader, desk.person)


@st.dialog("Notes to sign", position="right", width="medium", on_dismiss="rerun")
def notes_drawer() -> None:
    """The oldest first, each with its note beneath; a signed one leaves the list."""
    desk = desk_of(actor())
    if desk is None:
        return
    show_messages()
    rows = _waiting(desk)
    if not rows:
        st.success("Every note is signed.", icon=":material/check:")
        return
    for row in rows[:SHOWN]:
        day = words.day(row["service_date"], desk.today)
        facts = " · ".join(
            words.plain(fact) for fact in (f"{day}, {words.clock(row['wall_start'])}", row["service_name"])
        )
        st.markdown(f"**{words.plain(row['client_name'])}**  \n:small[:gray[{facts}]]")
        note_box(row | {"status": "completed"}, f"to_sign:{row['attendee_id']}")
    if len(rows) > SHOWN:
        st.caption(f"{words.count(len(rows) - SHOWN, 'more note')}; they follow as these are signed.")
