"""What the drawers' buttons do: plain functions that run one command each and say what happened."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.calendar import Move
from dashboards.components.desk.steps import Step
from dashboards.session import attempt
from practice.billing.charges import charge_visit
from practice.scheduling.attendance import correct_attendance
from practice.scheduling.commands import cancel_appointment, enter_in_error, move_appointment
from practice.scheduling.model import spelled
from practice.store.work import Row

CLOSE = "desk:close_drawer"
REVISION = "desk:revision"


def begin_drawer() -> None:
    """A drawer opens: nothing that was said to, or refused by, an earlier one concerns it."""
    st.session_state.pop(CLOSE, None)
    for key in [key for key in st.session_state if str(key).startswith("refused:")]:
        st.session_state.pop(key)


def typed(key: str) -> str | None:
    """What a field of a form holds; None if blank."""
    return (st.session_state.get(key) or "").strip() or None


def take_step(step: Step, row: Row, *, form: str, is_closing: bool = True) -> None:
    """State something about a visit. Its refusal is shown under `form`."""
    done = step.done.format(client=row["client_name"] or "The client")
    answer = attempt(step.command, form, is_in_place=True, done=done, **step.parameters(row))
    if answer and is_closing:
        st.session_state[CLOSE] = True


def cancel(row: Row, *, form: str) -> None:
    """Cancel for whoever asked, with the reason typed."""
    answer = attempt(
        cancel_appointment,
        form,
        reason=typed(f"{form}:reason"),
        is_in_place=True,
        done=f"{row['client_name'] or 'The visit'}: cancelled.",
        appointment_id=row["appointment_id"],
        cancelled_by=st.session_state.get(f"{form}:by") or "client",
        attendee_id=row["attendee_id"] if row["capacity"] > 1 else None,
    )
    if answer:
        st.session_state[CLOSE] = True


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


def move(appointment_id: str, form: str, **to: Any) -> None:
    """Move a visit from the drawer; `to` are the command's own parameters."""
    answer = attempt(
        move_appointment,
        form,
        reason=typed(f"{form}:reason"),
        is_in_place=True,
        done="The visit has been moved.",
        appointment_id=appointment_id,
        **to,
    )
    if answer:
        st.session_state[CLOSE] = True


def move_by_hand(dragged: Move) -> None:
    """A drag or a pulled end. Refused, everything goes back to where the record has it, and the sentence says why."""
    if dragged.kind == "resize":
        to: dict[str, Any] = {"duration_minutes": int((dragged.end - dragged.start).total_seconds() // 60)}
    else:
        to = {"wall_start": spelled(dragged.start), "provider_id": dragged.resource_id}
    # The form names the place, so that a repeated message of the browser is the same intention.
    form = f"drag:{dragged.id}:{'|'.join(str(value) for value in to.values())}"
    answer = attempt(
        move_appointment,
        form,
        done=f"Moved to {dragged.start:%H:%M}." if dragged.kind == "drop" else "Length changed.",
        appointment_id=dragged.id,
        **to,
    )
    if answer is None:
        st.session_state[REVISION] = st.session_state.get(REVISION, 0) + 1


def say_all_as_toasts() -> None:
    """Messages as toasts, refusals long ones: for a fragment that draws itself anew every two seconds."""
    for kind, sentence in st.session_state.pop("messages", []):
        if kind == "success":
            st.toast(sentence, icon=":material/check:")
        else:
            st.toast(sentence, icon=":material/event_busy:", duration="long")
