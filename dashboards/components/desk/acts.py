"""What the drawers' buttons do: plain functions that run one command each and say what happened."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from dashboards.components.desk import notices
from dashboards.components.desk.steps import Step
from dashboards.components.desk.why import why_of
from dashboards.components.waitlist import hint
from dashboards.session import attempt, messages, refused, say
from practice.billing.charges import charge_visit
from practice.scheduling.attendance import correct_attendance
from practice.scheduling.commands import cancel_appointment, enter_in_error, move_appointment
from practice.scheduling.undoing import restore_appointment, undo_move
from practice.store.work import Row

CLOSE = "desk:close_drawer"
DRAWER = "desk:drawer"
"""What the next run of the calendar opens: the name of a drawer, and what it is about."""
REVISION = "desk:revision"
MADE = "desk:made"
"""The visit that the last command made: where the calendar's focus goes on to."""


def begin_drawer() -> None:
    """A drawer opens: nothing that was said to, or refused by, an earlier one concerns it."""
    st.session_state.pop(CLOSE, None)
    notices.clear_refusal()
    for key in [key for key in st.session_state if str(key).startswith("refused:")]:
        st.session_state.pop(key)


def typed(key: str) -> str | None:
    """What a field of a form holds; None if blank."""
    return (st.session_state.get(key) or "").strip() or None


def take_step(step: Step, row: Row, *, form: str, is_closing: bool = True) -> None:
    """State something about a visit. Its refusal is shown under `form`."""
    done = step.done.format(client=row["client_name"] or "The client")
    answer = attempt(step.command, form, is_in_place=True, done=done, **step.parameters(row))
    if answer and "not_charged" in answer:
        say(f"Not charged: {answer['not_charged']}", "refusal")
    elif answer and "charge_id" in answer:
        say("The visit was charged.")
    if answer and is_closing:
        st.session_state[CLOSE] = True


def cancel(row: Row, *, form: str) -> None:
    """Cancel for whoever asked, for the reason chosen or typed; for some seconds it can be undone."""
    why = why_of(form)
    who = row["client_name"] or "The visit"
    answer = attempt(
        cancel_appointment,
        form,
        reason=why.reason,
        is_in_place=True,
        appointment_id=row["appointment_id"],
        cancelled_by=why.by,
        attendee_id=row["attendee_id"] if row["capacity"] > 1 else None,
        code=why.code,
    )
    if answer:
        st.session_state[CLOSE] = True
        hint.remember(row["appointment_id"])
        late = ", late" if answer["is_late"] else ""
        notices.done(f"{who}, {row['wall_start']:%H:%M}: cancelled{late}.", partial(restore, answer))


def restore(cancelled: dict[str, Any]) -> None:
    """Undo a cancellation, of which this is the answer: whom it cancelled is expected again."""
    form = f"restore:{cancelled['appointment_id']}"
    answer = attempt(
        restore_appointment,
        form,
        is_in_place=True,
        done="Expected again.",
        appointment_id=cancelled["appointment_id"],
        attendee_ids=cancelled["attendee_ids"],
    )
    _back(answer, form)


def correct(row: Row, *, form: str) -> None:
    """State another attendance than was recorded, or that the whole entry was a mistake."""
    status, reason = st.session_state.get(f"{form}:status"), typed(f"{form}:reason")
    if status == "entered_in_error":
        answer = attempt(
            enter_in_error,
            form,
            reason=reason,
            is_in_place=True,
            done="The visit was taken back as a mistake.",
            appointment_id=row["appointment_id"],
        )
    else:
        answer = attempt(
            correct_attendance,
            form,
            reason=reason,
            is_in_place=True,
            done="The attendance has been corrected.",
            attendee_id=row["attendee_id"],
            status=status,
        )
    if answer:
        st.session_state[CLOSE] = True


def charge(row: Row, *, form: str, amount: str) -> None:
    """Charge the visit at its fee; `amount` is the fee in words for people."""
    answer = attempt(
        charge_visit,
        form,
        is_in_place=True,
        done=f"{row['client_name'] or 'The visit'}: charged {amount}.",
        attendee_id=row["attendee_id"],
    )
    if answer:
        st.session_state[CLOSE] = True


def undo(before: Row, after: Row) -> None:
    """Put a visit back to where it was before the last move; for nobody's sake but that of a slip of the hand."""
    form = f"undo:{after['appointment_id']}"
    said: dict[str, Any] = {"is_in_place": True, "done": "Undone.", "appointment_id": after["appointment_id"]}
    if after["appointment_id"] != before["appointment_id"]:
        answer = attempt(undo_move, form, **said)
    elif after["duration_minutes"] != before["duration_minutes"]:
        answer = attempt(move_appointment, form, **said, duration_minutes=before["duration_minutes"])
    else:
        answer = attempt(move_appointment, form, **said, room_id=before["room_id"])
    _back(answer, form)


def _back(answer: dict[str, Any] | None, form: str) -> None:
    """After an undo: the focus goes on to the visit, or the bar says why it could not be undone."""
    if answer:
        st.session_state[MADE] = answer["appointment_id"]
        return
    refusal = refused(form)
    if refusal is not None:
        notices.refused(str(refusal))


def say_all_as_toasts() -> None:
    """Messages as toasts, refusals long ones: for a fragment that draws itself anew every two seconds."""
    for kind, sentence in messages():
        if kind == "success":
            st.toast(sentence, icon=":material/check:")
        else:
            st.toast(sentence, icon=":material/event_busy:", duration="long")
