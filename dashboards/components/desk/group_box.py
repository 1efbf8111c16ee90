"""In the drawer of a visit for several: who else comes, who pays, how many places, one of them elsewhere, all off."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import acts, words
from dashboards.components.desk.client_picker import pick_client
from dashboards.components.desk.place import Desk
from dashboards.components.desk.why import who_and_why, why_of
from dashboards.session import attempt, refused
from practice.access.permissions import Permission
from practice.scheduling.group_moves import move_attendee
from practice.scheduling.group_queries import other_occurrences
from practice.scheduling.groups import add_attendee, change_capacity, close_group
from practice.scheduling.together import identify_attendee
from practice.store.record import Command
from practice.store.work import Row

_OPEN = ("scheduled", "in_session")


def charged_as(row: Row, rows: list[Row]) -> Row:
    """The row as it is charged: a couple or family took place when one of them was seen. Pure."""
    unit = row["billing_unit"] == "appointment" and row["is_identified"]
    is_seen = any(one["status"] == "completed" for one in rows)
    return row | {"status": "completed"} if unit and is_seen else row


def seat_box(visit: Row, row: Row, desk: Desk, today: date) -> None:
    """What concerns one client of several: whether they are the one who is charged; another occurrence."""
    may_book = desk.person.may(Permission.BOOK)
    if row["billing_unit"] == "appointment":
        if not row["is_gone"] and not row["is_identified"] and not row["is_charged"] and may_book:
            form = f"identify:{row['attendee_id']}"
            st.button(
                "This one pays instead", key=f"{form}:do", type="tertiary", icon=":material/receipt_long:",
                on_click=_do, args=(identify_attendee, form, "The visit is charged on another client now."),
                kwargs={"attendee_id": row["attendee_id"]},
            )  # fmt: skip
            _why_not(form)
        return
    if may_book and row["status"] == "scheduled" and not row["is_charged"]:
        form = f"seat:{row['attendee_id']}"
        box = st.expander("Move to another group", key=f"{form}:box", on_change="rerun")
        if box.open:
            with box:
                _elsewhere(visit, row, desk, today, form)


def group_box(visit: Row, desk: Desk) -> None:
    """What concerns the visit as a whole."""
    if not desk.person.may(Permission.BOOK) or visit["status"] not in _OPEN:
        return
    key = visit["appointment_id"]
    form = f"group_add:{key}:{visit['attendee_count']}"
    if visit["attendee_count"] < visit["capacity"]:
        box = st.expander("Add a client", key=f"{form}:box", icon=":material/person_add:", on_change="rerun")
        if box.open:
            with box:
                _add(visit, desk, form)
    with st.expander("Places", key=f"group_places:{key}"):
        _places(visit)
    with st.expander("Cancel for everybody", key=f"group_close:{key}:box"):
        _close(visit)


def _add(visit: Row, desk: Desk, form: str) -> None:
    client_id = pick_client(form, desk.person, desk.today)
    has_begun = visit["wall_start"] < desk.now
    if has_begun:
        st.text_input("Reason for the late entry", key=f"{form}:reason", help="It is kept with the visit.")
    st.button(
        "Add to the visit", key=f"{form}:do", type="primary", width="stretch", disabled=client_id is None,
        on_click=_do, args=(add_attendee, form, "The client was added."),
        kwargs={
            "appointment_id": visit["appointment_id"], "client_id": client_id,
            "reason_key": f"{form}:reason" if has_begun else None,
        },
    )  # fmt: skip
    _why_not(form)


def _places(visit: Row) -> None:
    form = f"group_places:{visit['appointment_id']}"
    seats = st.number_input(
        "Places in this visit", 2, 100, visit["capacity"], key=f"{form}:{visit['capacity']}",
        help="The service and its other visits keep theirs.",
    )  # fmt: skip
    st.button(
        "Save", key=f"{form}:do", disabled=seats == visit["capacity"], on_click=_do,
        args=(change_capacity, form, f"{seats} places now."),
        kwargs={"appointment_id": visit["appointment_id"], "capacity": int(seats)},
    )  # fmt: skip
    _why_not(form)


def _elsewhere(visit: Row, row: Row, desk: Desk, today: date, form: str) -> None:
    with runtime.current().record.read() as reader:
        found = other_occurrences(reader, desk.person, visit, row["client_id"])
    if not found:
        st.caption("No other group of this service has a free place in the next weeks. Open one in the calendar.")
        return
    names = {
        one["appointment_id"]: f"{words.when(one['wall_start'], today)} · {one['provider_name']}"
        f" · {words.count(one['seats_left'], 'place')} left"
        for one in found
    }
    chosen = st.selectbox("To", list(names), format_func=names.__getitem__, key=f"{form}:to")
    who_and_why(form, "Who asks for it")
    st.button("Move", key=f"{form}:do", type="primary", width="stretch", on_click=_move, args=(row, form, chosen))
    _why_not(form)


def _move(row: Row, form: str, to: str) -> None:
    why = why_of(form)
    _do(
        move_attendee, form, f"{row['client_name'] or 'The client'} was moved.", reason=why.reason,
        attendee_id=row["attendee_id"], to_appointment_id=to, moved_by=why.by, code=why.code,
    )  # fmt: skip


def _close(visit: Row) -> None:
    form = f"group_close:{visit['appointment_id']}"
    who_and_why(form, "Who cancels")
    st.button("Cancel the whole visit", key=f"{form}:do", width="stretch", on_click=_closed, args=(visit, form))
    _why_not(form)


def _closed(visit: Row, form: str) -> None:
    why = why_of(form)
    answer = _do(
        close_group, form, "The visit was cancelled for everybody.", reason=why.reason,
        appointment_id=visit["appointment_id"], cancelled_by=why.by, code=why.code,
    )  # fmt: skip
    if answer is not None:
        st.session_state[acts.CLOSE] = True


def _do(
    command: Command,
    form: str,
    done: str,
    *,
    reason: str | None = None,
    reason_key: str | None = None,
    **parameters: Any,
) -> Any:
    """Run it; a refusal stands under its form, and the drawer stays open."""
    if reason_key:
        reason = acts.typed(reason_key)
    return attempt(command, form, reason=reason, is_in_place=True, done=done, **parameters)


def _why_not(form: str) -> None:
    refusal = refused(form)
    if refusal:
        st.error(str(refusal), icon=":material/error:")
