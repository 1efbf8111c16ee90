"""The drawer of one visit: who and when, the one next step, and everything else that may be done with it."""

from __future__ import annotations

from datetime import date

import streamlit as st

from dashboards import runtime
from dashboards.components.calendar import STATUS_LABELS
from dashboards.components.cash.at_the_desk import deposit_link, redeem_button
from dashboards.components.desk import acts, steps, words
from dashboards.components.desk.board import shown_status
from dashboards.components.desk.charge_box import charge_box, late_fee_line
from dashboards.components.desk.group_box import charged_as, group_box, seat_box
from dashboards.components.desk.mode_box import mode_box
from dashboards.components.desk.move_form import move_form
from dashboards.components.desk.note_box import note_box
from dashboards.components.desk.place import Desk, desk_of
from dashboards.components.desk.why import who_and_why
from dashboards.components.series.edit_form import series_form, series_line
from dashboards.session import actor, refused, show_messages
from practice.access.permissions import Permission
from practice.clock import local_date, to_wall
from practice.errors import Refusal
from practice.scheduling import queries as scheduling
from practice.store.work import Row

_COLOURS = {
    "scheduled": "blue",
    "confirmed": "blue",
    "arrived": "orange",
    "in_session": "violet",
    "completed": "green",
    "no_show": "red",
    "left_unseen": "red",
    "unresolved": "yellow",
}
_SETTLED = {"rescheduled": "Moved", "entered_in_error": "Entered in error"}
CORRECTIONS = ("completed", "arrived", "no_show", "left_unseen", "scheduled", "entered_in_error")


@st.dialog("Visit", position="right")
def visit_drawer(appointment_id: str, *, is_moving: bool = False) -> None:
    """Reads the visit anew on each rerun, so that it shows what another desk did meanwhile.

    `is_moving` begins with the times that it can be moved to.
    """
    if st.session_state.pop(acts.CLOSE, False):
        st.rerun()
    desk = desk_of(actor())
    if desk is None:
        return
    try:
        with runtime.current().record.read() as reader:
            visit = scheduling.visit(reader, desk.person, appointment_id)
            today = local_date(reader.now, visit["zone"])
    except Refusal as refusal:
        st.error(str(refusal))
        return
    show_messages()
    _heading(visit, today)
    series = series_line(visit) if visit["series_id"] else None
    mode_box(visit, desk)
    rows = [row for row in visit["attendees"] if row["status"] != "rescheduled"] or visit["attendees"]
    for row in rows:
        if visit["capacity"] > 1:
            with st.container(border=True):
                _attendee(row, desk, today, rows)
                seat_box(visit, row, desk, today)
        else:
            _attendee(row, desk, today, rows)
    if visit["capacity"] > 1:
        group_box(visit, desk)
    is_movable = any(steps.may_change(row, desk.person) for row in rows)
    if is_movable or (steps.is_empty_group(visit) and desk.person.may(Permission.BOOK)):
        # Free times are looked for only once somebody wants to move.
        box = st.expander(
            "Move or reschedule", expanded=is_moving, key=f"visit:move:{appointment_id}", on_change="rerun"
        )
        if box.open:
            with box:
                move_form(visit, desk, today)
        if series:
            box = st.expander("Change or cancel the series", key=f"visit:series:{appointment_id}", on_change="rerun")
            if box.open:
                with box:
                    series_form(visit, desk)
    _history(visit)


def _heading(visit: Row, today: date) -> None:
    start, end = visit["wall_start"], visit["wall_end"]
    where = visit["room_name"] or ("Video" if visit["mode"] == "video" else "")
    facts = " · ".join(words.plain(fact) for fact in (visit["service_name"], visit["provider_name"], where) if fact)
    day = words.day(start.date(), today)
    st.markdown(f"**{day}, {words.span(start, end)}**  \n{facts}  \n:small[:gray[{words.place(visit['zone'])}]]")
    if visit["override_reason"]:
        st.caption(f"Booked all the same: {words.plain(visit['override_reason'])}")
    if visit["capacity"] > 1:
        st.caption(f"{visit['attendee_count']} of {visit['capacity']} places taken")


def _attendee(row: Row, desk: Desk, today: date, rows: list[Row]) -> None:
    status = shown_status(row)
    with st.container(horizontal=True, vertical_alignment="center"):
        _name(row, desk)
        st.badge(STATUS_LABELS.get(status) or _SETTLED[status], color=_COLOURS.get(status, "gray"))
        if row["is_charged"]:
            st.badge("Charged", color="gray")
        elif row["billing_unit"] == "appointment" and row["is_identified"] and not row["is_gone"]:
            st.badge("Pays", color="gray", help="The visit is charged once for all, on the account of this client.")
    _cancelled_line(row)
    form = f"visit:{row['attendee_id']}:{row['status']}"
    _step_buttons(row, desk, today, form)
    due = charged_as(row, rows)
    if row["client_id"]:
        deposit_link(desk.person, row)
    if steps.may_charge(due, desk.person):
        has_package = due["status"] == "completed" and redeem_button(desk.person, row, form)
        charge_box(row, desk, form, is_first=not has_package)
    if row["client_id"] and desk.person.may(Permission.WRITE_NOTES):
        note_box(row, form)
    if steps.may_change(row, desk.person):
        _cancel_form(row, desk, form)
    if steps.may_correct(row, desk.person):
        _correct_form(row, form)


def _name(row: Row, desk: Desk) -> None:
    name = words.plain(row["client_name"]) or "A client"
    if row["client_name"] and desk.person.may(Permission.SEE_CLIENTS):
        st.page_link(
            "app_pages/client.py",
            label=f"**{name}**",
            icon=":material/person:",
            query_params={"client": row["client_id"]},
            help="Open the client's page",
        )
    else:
        st.markdown(f"**{name}**", width="content")


def _step_buttons(row: Row, desk: Desk, today: date, form: str) -> None:
    first = steps.next_step(row, desk.person, today)
    is_alone = row["capacity"] == 1
    if first and is_alone:
        _first_button(first, row, desk, form)
    others = steps.other_steps(row, desk.person, today)
    if row["status"] == "completed":
        # Stands where "Complete" stood, so that the second press of a double click does not charge.
        st.success("Completed", icon=":material/check:")
    if others or (first and not is_alone):
        with st.container(horizontal=True):
            if first and not is_alone:  # of several clients each has one line of steps
                _first_button(first, row, desk, form)
            for step in others:
                st.button(
                    step.label,
                    key=f"{form}:{step.command.name}",
                    on_click=acts.take_step,
                    args=(step, row),
                    kwargs={"form": form},
                )
    _why_not(form)


def _first_button(step: steps.Step, row: Row, desk: Desk, form: str) -> None:
    """The step that usually follows. After "Complete" the drawer stays: charging follows."""
    stays = step is steps.COMPLETE and desk.person.may(Permission.CHARGE)
    is_alone = row["capacity"] == 1
    st.button(
        step.label,
        key=f"{form}:next",
        type="primary",
        width="stretch" if is_alone else "content",
        shortcut="Ctrl+Enter" if is_alone else None,
        on_click=acts.take_step,
        args=(step, row),
        kwargs={"form": form, "is_closing": not stays},
    )


def _cancelled_line(row: Row) -> None:
    if row["status"] != "cancelled":
        return
    late = {True: ", late", False: ", in time", None: ""}[row["is_late"]]
    st.caption(f"Cancelled by the {row['cancelled_by']}{late}: {words.plain(row['cancel_reason'])}")


def _cancel_form(row: Row, desk: Desk, form: str) -> None:
    form = f"{form}:cancel"
    label = "Cancel the visit" if row["capacity"] == 1 else "Cancel for this client"
    with st.expander(label, key=f"{form}:box"):
        late_fee_line(row, desk)
        who_and_why(form, "Who cancels")
        st.button(label, key=f"{form}:do", on_click=acts.cancel, args=(row,), kwargs={"form": form})
        _why_not(form)


def _correct_form(row: Row, form: str) -> None:
    form = f"{form}:correct"
    labels = {**STATUS_LABELS, **_SETTLED}
    with st.expander("Correct what was recorded", key=f"{form}:box"):
        options = [status for status in CORRECTIONS if status != row["status"]]
        st.selectbox("What is right", options, format_func=labels.__getitem__, key=f"{form}:status")
        st.text_input("Reason", key=f"{form}:reason", help="The first statement stays in the history.")
        st.button("Correct", key=f"{form}:do", on_click=acts.correct, args=(row,), kwargs={"form": form})
        _why_not(form)


def _history(visit: Row) -> None:
    if visit["moved_to_id"]:
        st.caption("This visit was moved; its successor stands in the calendar.")
    with st.expander("History", key=f"visit:history:{visit['appointment_id']}"):
        lines = [
            f"- {to_wall(event['known_at'], visit['zone']):%-d %b %Y, %H:%M}"
            f" · {event['kind'].replace('_', ' ').capitalize()}"
            f" · {words.plain(event['actor_name'])}" + (f" · {words.plain(event['reason'])}" if event["reason"] else "")
            for event in visit["events"]
        ]
        st.markdown("\n".join(lines) or "Nothing has happened yet.")


def _why_not(form: str) -> None:
    refusal = refused(form)
    if refusal:
        st.error(str(refusal), icon=":material/error:")
