"""The note of a visit, for who saw the client: a draft that is kept, then signed; later only addenda."""

from __future__ import annotations

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.desk.acts import typed
from dashboards.components.forms import show_refusal
from dashboards.session import actor, attempt
from practice.errors import NotPermitted
from practice.notes.commands import SEEN, add_addendum, lock_note, reopen_note, sign_note, write_note
from practice.notes.queries import notes_of
from practice.store.record import Command
from practice.store.work import Row

HEIGHT = 220


def note_box(row: Row, form: str) -> None:
    """An expander with the note: what can be done with it depends on whether it is signed."""
    if row["status"] not in SEEN:
        return
    try:
        with runtime.current().record.read() as reader:
            rows = notes_of(reader, actor(), row["attendee_id"])
    except NotPermitted:
        return
    note = rows[0] if rows else None
    state = (
        "to write"
        if note is None
        else "draft"
        if note["status"] == "draft"
        else "locked"
        if note["is_locked"]
        else "signed"
    )
    with st.expander(f"Note · {state}", icon=":material/edit_note:", key=f"{form}:note:box"):
        if note is None or note["status"] == "draft":
            _draft(row, note)
        else:
            _signed(row, rows)
        show_refusal(_name(row))


def _name(row: Row) -> str:
    return f"note:{row['attendee_id']}"


def _draft(row: Row, note: Row | None) -> None:
    name = _name(row)
    st.text_area(
        "Note", note["text"] if note else "", height=HEIGHT, key=f"{name}:text", label_visibility="collapsed",
        placeholder="What happened, and what follows from it",
    )  # fmt: skip
    with st.container(horizontal=True):
        st.button("Sign", type="primary", key=f"{name}:sign", on_click=_do, args=(sign_note, row, "Signed.", "text"))
        st.button(
            "Keep the draft", key=f"{name}:keep", on_click=_do, args=(write_note, row, "The draft is kept.", "text")
        )


def _signed(row: Row, rows: list[Row]) -> None:
    name = _name(row)
    for one in rows:
        head = "" if one["position"] == 1 else "**Addendum**  \n"
        by = f"Signed by {one['signed_by_name']}, {one['signed_at']:%-d %b %Y}"
        st.markdown(f"{head}{words.plain(one['text'])}  \n:small[:gray[{words.plain(by)}]]")
    st.text_area("Addendum", height=110, key=f"{name}:addendum:{len(rows)}")
    with st.container(horizontal=True):
        st.button(
            "Add and sign", key=f"{name}:add", on_click=_do,
            args=(add_addendum, row, "The addendum is signed.", f"addendum:{len(rows)}"),
        )  # fmt: skip
        if rows[0]["is_locked"]:
            return
        st.button("Lock", key=f"{name}:lock", on_click=_do, args=(lock_note, row, "The note is locked."))
        with st.popover("Reopen"):
            st.text_input("Why", key=f"{name}:why")
            st.button(
                "Reopen the note", key=f"{name}:reopen", on_click=_do, args=(reopen_note, row, "The note is open.")
            )


def _do(command: Command, row: Row, done: str, field: str | None = None) -> None:
    """Send what stands in that field; what was typed stays if it is refused."""
    name = _name(row)
    said = {"text": st.session_state.get(f"{name}:{field}") or ""} if field else {}
    attempt(
        command, name, reason=typed(f"{name}:why"), is_in_place=True, done=done, attendee_id=row["attendee_id"], **said
    )
