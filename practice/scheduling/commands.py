"""Confirm, cancel, or take back a visit. Booking is in booking.py, moving in moving.py, outcomes in attendance.py."""

from __future__ import annotations

from practice.access.permissions import Permission
from practice.billing.locked import check_visit_open
from practice.clock import local_date, stored
from practice.errors import Conflict, NotFound
from practice.scheduling import booking_queries as facts
from practice.scheduling.booking import book_appointment
from practice.scheduling.holds import hold_slot, release_hold
from practice.scheduling.model import GONE, OUTCOMES, judge_notice
from practice.scheduling.moving import move_appointment
from practice.scheduling.reasons import OWN_CODES, in_words, require_who, require_why
from practice.scheduling.ruling import require_change_in_time
from practice.scheduling.steps import (
    WORDS,
    no_longer_standing,
    note,
    refuse_if_charged,
    require_reason,
    scheduled_only,
    settle_status,
    visit_of,
)
from practice.scheduling.taking import leave
from practice.store.record import command
from practice.store.work import Row, Work

__all__ = [
    "book_appointment",
    "cancel_appointment",
    "confirm_appointment",
    "enter_in_error",
    "hold_slot",
    "move_appointment",
    "release_hold",
    "unconfirm_appointment",
]


@command(Permission.BOOK)
def confirm_appointment(work: Work, *, appointment_id: str, attendee_id: str | None = None) -> Row:
    """State that the client (of a group: every client, or the one named) has confirmed. A move clears it."""
    appointment, attendees = visit_of(work, appointment_id)
    chosen = scheduled_only(_chosen(attendees, attendee_id), "confirmed")
    if appointment["starts_at"] < stored(work.now):
        raise Conflict("This visit's time has passed; record what became of it instead.", rule="past")
    fresh = [row for row in chosen if row["confirmed_at"] is None]
    if not fresh:
        raise Conflict("This visit is confirmed already.", rule="already_confirmed")
    for row in fresh:
        work.update("attendees", row["attendee_id"], confirmed_at=work.now, known_at=work.now)
    note(work, appointment, "confirmed", [row["attendee_id"] for row in fresh])
    return {"appointment_id": appointment_id, "attendee_ids": [row["attendee_id"] for row in fresh]}


@command(Permission.BOOK)
def unconfirm_appointment(work: Work, *, appointment_id: str, attendee_id: str | None = None) -> Row:
    """Take a confirmation back."""
    appointment, attendees = visit_of(work, appointment_id)
    chosen = scheduled_only(_chosen(attendees, attendee_id), "changed")
    confirmed = [row for row in chosen if row["confirmed_at"] is not None]
    if not confirmed:
        raise Conflict("This visit is not confirmed, so there is nothing to take back.", rule="not_confirmed")
    for row in confirmed:
        work.update("attendees", row["attendee_id"], confirmed_at=None, known_at=work.now)
    note(work, appointment, "unconfirmed", [row["attendee_id"] for row in confirmed])
    return {"appointment_id": appointment_id, "attendee_ids": [row["attendee_id"] for row in confirmed]}


@command(Permission.BOOK)
def cancel_appointment(
    work: Work, *, appointment_id: str, cancelled_by: str, attendee_id: str | None = None, code: str | None = None
) -> Row:
    """Cancel, for a reason: a `code` (see reasons.py), words, or both. Of a group: every client, or the one named.

    Notice is start − now in minutes; only a client's cancellation is judged late or not, by the policy in force
    today. The places are free at once. Answers {appointment_id, attendee_ids, status, notice_minutes, is_late}.
    """
    require_who(cancelled_by, "cancels", "cancelled_by")
    require_why(work, code, "the visit is cancelled")
    appointment, attendees = visit_of(work, appointment_id)
    if attendee_id is None:
        appointment = no_longer_standing(work, appointment)
    chosen = scheduled_only(_chosen(attendees, attendee_id), "cancelled")
    refuse_if_charged(work, chosen, "cancel")
    if work.actor.role == "online" and code not in OWN_CODES:
        require_change_in_time(work, appointment, chosen[0]["client_id"], "cancelled")
    notice, is_late = judge_notice(
        facts.cancellation_policies(work),
        appointment["service_id"],
        appointment["starts_at"],
        stored(work.now),
        local_date(work.now, appointment["zone"]),
    )
    is_late = is_late if cancelled_by == "client" else None
    for row in chosen:
        work.update(
            "attendees",
            row["attendee_id"],
            status="cancelled",
            cancelled_at=work.now,
            cancelled_by=cancelled_by,
            cancel_reason=in_words(code, work.reason),
            cancel_code=code,
            notice_minutes=notice,
            is_late=is_late,
            outcome_at=work.now,
            known_at=work.now,
        )
    ids = [row["attendee_id"] for row in chosen]
    said: Row = {"cancelled_by": cancelled_by, "code": code}
    note(work, appointment, "cancelled", ids, notice_minutes=notice, is_late=is_late, **said)
    status = settle_status(work, appointment)
    leave(work, appointment, {row["client_id"] for row in chosen}, is_over=status in GONE)
    return {
        "appointment_id": appointment_id,
        "attendee_ids": ids,
        "status": status,
        "notice_minutes": notice,
        "is_late": is_late,
    }


@command(Permission.CORRECT_ATTENDANCE)
def enter_in_error(work: Work, *, appointment_id: str) -> Row:
    """Say that this visit should never have been written, and why. It leaves every count but stays in the history."""
    require_reason(work, "the visit is a mistake")
    appointment, attendees = visit_of(work, appointment_id)
    appointment = no_longer_standing(work, appointment)
    if appointment["status"] in ("rescheduled", "entered_in_error"):
        raise Conflict(
            f"This visit is {WORDS[appointment['status']]}; "
            + ("take its successor back instead." if appointment["moved_to_id"] else "there is nothing to take back."),
            rule="already_settled",
        )
    refuse_if_charged(work, attendees, "enter it in error")
    if any(row["status"] in OUTCOMES for row in attendees):
        check_visit_open(work, appointment["start_date"])
    changed = [row for row in attendees if row["status"] not in ("rescheduled", "entered_in_error")]
    for row in changed:
        work.update("attendees", row["attendee_id"], status="entered_in_error", known_at=work.now)
    note(
        work,
        appointment,
        "entered_in_error",
        [row["attendee_id"] for row in changed],
        before={row["attendee_id"]: row["status"] for row in changed},
    )
    status = settle_status(work, appointment)
    work.release(appointment_id)
    return {"appointment_id": appointment_id, "status": status}


def _chosen(attendees: list[Row], attendee_id: str | None) -> list[Row]:
    """The attendee named, or all of them."""
    if attendee_id is None:
        return attendees
    chosen = [row for row in attendees if row["attendee_id"] == attendee_id]
    if not chosen:
        raise NotFound("This client is not in that visit; reload the page.")
    return chosen
