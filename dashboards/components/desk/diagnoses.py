"""The drawer with what a client is diagnosed with: type a code or words, choose, done."""

from __future__ import annotations

from datetime import date

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.desk.acts import begin_drawer
from dashboards.components.desk.place import Desk, desk_of
from dashboards.components.forms import show_refusal, start_anew, turn
from dashboards.session import actor, attempt, forget_refusal, show_messages
from practice.access.permissions import Permission
from practice.billing.code_files import bare, dotted
from practice.billing.code_lists import unchecked
from practice.billing.diagnoses import add_diagnosis, end_diagnosis, put_diagnosis_first, withdraw_diagnosis
from practice.billing.queries import coding
from practice.store.record import Command
from practice.store.work import Row

EARLIEST = date(1950, 1, 1)


def may_see(desk: Desk) -> bool:
    """Whether the person makes diagnoses or bills them."""
    return desk.person.may(Permission.DIAGNOSE) or desk.person.may(Permission.CHARGE)


def short(rows: list[Row], today: date) -> str:
    """What is in force, in a line: `F41.1 Generalized anxiety disorder`."""
    standing = [row for row in rows if row["until_date"] is None or row["until_date"] >= today]
    return ", ".join(f"{row['code']} {row['description']}" for row in standing)


@st.dialog("Diagnoses", position="right", width="medium")
def diagnoses_drawer(client_id: str) -> None:
    """Those that stand, each with what can be done to it; then the search for a new one; those that have ended."""
    desk = desk_of(actor())
    if desk is None:
        return
    show_messages()
    with runtime.current().record.read() as reader:
        rows = coding.client_diagnoses(reader, desk.person, client_id)
        warning = unchecked(reader, "icd10", desk.today)
    standing = [row for row in rows if row["until_date"] is None or row["until_date"] >= desk.today]
    if not standing:
        st.caption("No diagnosis is recorded. A claim and a superbill need one dated on or before the visit.")
    may_write = desk.person.may(Permission.DIAGNOSE)
    for place, row in enumerate(standing):
        _diagnosis(row, desk, is_first=place == 0, may_write=may_write)
    if may_write:
        _new(client_id, desk, warning)
    ended = [row for row in rows if row not in standing]
    if ended:
        st.markdown("**Ended**")
        for row in ended:
            span = f"{words.date_of(row['from_date'])} to {words.date_of(row['until_date'])}"
            st.markdown(f"{row['code']} {words.plain(row['description'])}  \n:small[:gray[{span}]]")


def _diagnosis(row: Row, desk: Desk, *, is_first: bool, may_write: bool) -> None:
    key = row["diagnosis_id"]
    by = f" · {row['provider_name']}" if row["provider_name"] else ""
    until = f" · until {words.date_of(row['until_date'])}" if row["until_date"] else ""
    with st.container(border=True, gap="small"):
        st.markdown(
            f"**{row['code']}** {words.plain(row['description'])}  \n"
            f":small[:gray[From {words.date_of(row['from_date'])}{until}{words.plain(by)}]]"
        )
        if may_write:
            with st.container(horizontal=True):
                if not is_first:
                    st.button("Put first", key=f"dx:first:{key}", on_click=_do, args=(put_diagnosis_first, key))
                if row["until_date"] is None:
                    st.button("Ends today", key=f"dx:end:{key}", on_click=_end, args=(key, desk.today))
                with st.popover("A mistake"):
                    why = st.text_input("Why", key=f"dx:why:{key}")
                    st.button(
                        "Take it back", key=f"dx:withdraw:{key}", type="primary",
                        on_click=_do, args=(withdraw_diagnosis, key, why or None),
                    )  # fmt: skip
        show_refusal(f"dx:{key}")


def _do(command: Command, diagnosis_id: str, reason: str | None = None) -> None:
    attempt(command, f"dx:{diagnosis_id}", reason=reason, is_in_place=True, diagnosis_id=diagnosis_id)


def _end(diagnosis_id: str, last_day: date) -> None:
    attempt(end_diagnosis, f"dx:{diagnosis_id}", is_in_place=True, diagnosis_id=diagnosis_id, until_date=str(last_day))


def _new(client_id: str, desk: Desk, warning: str | None) -> None:
    form = f"dx:new:{client_id}"
    key = f"{form}:{turn(form)}"
    st.markdown("**New diagnosis**")
    left, right = st.columns([3, 2])
    text = left.text_input(
        "Code" if warning else "Code or words", key=f"{key}:text", live="150ms",
        placeholder="F41.1" if warning else "F41 or anxiety",
        autocomplete="off", on_change=forget_refusal, args=(form,),
    )  # fmt: skip
    since = right.date_input("Since", desk.today, EARLIEST, desk.today, key=f"{key}:from", format="YYYY-MM-DD")
    if warning:
        st.caption(warning)
        meaning = st.text_input("What it means", key=f"{key}:words", autocomplete="off")
        st.button(
            "Add", type="primary", key=f"{key}:add", on_click=_add, args=(form, client_id, text or "", since, meaning)
        )
    elif text:
        _matches(form, client_id, text, since)
    show_refusal(form)


def _matches(form: str, client_id: str, text: str, since: date) -> None:
    """Each match is a button that adds it. A whole code that the list lacks is refused with what would be right."""
    with runtime.current().record.read() as reader:
        found = coding.search_codes(reader, "icd10", since, text)
    known = [dotted(row["code"]) for row in found]
    meaning = None
    if any(row["description"] is None for row in found):
        meaning = st.text_input("What it means (this list has codes alone)", key=f"{form}:words", autocomplete="off")
    with st.container(gap=None):
        for row, code in zip(found, known, strict=True):
            st.button(
                f"**{code}**  :gray[{words.plain(row['description'] or '')}]", key=f"{form}:{code}", type="tertiary",
                icon=":material/add:", on_click=_add, args=(form, client_id, code, since, meaning),
            )  # fmt: skip
    if not found:
        st.caption("Nothing in the list fits; type another part of the code or the words.")
    whole = bare(text)
    if whole is not None and dotted(whole) not in known:
        st.button(
            f"Add {text.strip().upper()}", key=f"{form}:typed", on_click=_add, args=(form, client_id, text, since, None)
        )


def _add(form: str, client_id: str, code: str, since: date, meaning: str | None) -> None:
    answer = attempt(
        add_diagnosis, form, is_in_place=True, client_id=client_id, code=code, description=meaning or None,
        from_date=str(since),
    )  # fmt: skip
    if answer:
        start_anew(form)


def diagnoses_button(client_id: str, desk: Desk) -> None:
    """Opens the drawer, for whoever makes or bills diagnoses."""
    if may_see(desk) and st.button(
        "Diagnoses", key="client:diagnoses", icon=":material/diagnosis:", type="tertiary", on_click=begin_drawer
    ):
        diagnoses_drawer(client_id)
