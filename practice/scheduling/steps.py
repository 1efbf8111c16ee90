"""What the commands share: finding a visit, saying what happened to it, and what a plan is made of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from practice.access.permissions import require_location
from practice.clock import local_date, stored
from practice.errors import Conflict, Refusal
from practice.scheduling import booking_queries as facts
from practice.scheduling.follow_ups import Happening, follow_up
from practice.scheduling.model import GONE, status_of
from practice.store.work import Row, Work

WORDS = {
    "scheduled": "still scheduled",
    "arrived": "marked as arrived",
    "in_session": "in session",
    "completed": "completed",
    "no_show": "recorded as a no-show",
    "left_unseen": "recorded as left unseen",
    "cancelled": "cancelled",
    "rescheduled": "moved to another time",
    "entered_in_error": "entered in error",
    "closed": "closed",
}
"""A status inside a sentence: "This visit is <words>."."""


def visit_of(work: Work, appointment_id: str) -> tuple[Row, list[Row]]:
    """The appointment and its attendees, in the actor's locations."""
    appointment = work.get("appointments", appointment_id, "visit")
    require_location(work.actor, appointment["location_id"])
    return appointment, facts.attendees_of(work, appointment_id)


def note(
    work: Work,
    appointment: Row,
    kind: str,
    attendee_ids: Iterable[str | None] = (None,),
    *,
    happened_at: datetime | None = None,
    **details: Any,
) -> None:
    """Append an event per attendee, and tell who follows. `details` are ids, times, statuses: no names, no contacts."""
    at = happened_at or stored(work.now)
    concerned = list(attendee_ids) or [None]  # a group without clients: the event is the visit's
    work.insert(
        "appointment_events",
        *(
            {
                "event_id": work.new_id(),
                "appointment_id": appointment["appointment_id"],
                "attendee_id": attendee_id,
                "kind": kind,
                "happened_at": at,
                "event_date": local_date(at, appointment["zone"]),
                "known_at": stored(work.now),
                "actor_id": work.actor.user_id,
                "reason": work.reason,
                "details": json.dumps(details, default=str, sort_keys=True) if details else None,
            }
            for attendee_id in concerned
        ),
    )
    follow_up(work, Happening(kind, appointment, [one for one in concerned if one], details))


def settle_status(work: Work, appointment: Row, **values: Any) -> str:
    """Derive the appointment's status from its attendees as they are now, and write it."""
    attendees = facts.attendees_of(work, appointment["appointment_id"])
    status = status_of([row["status"] for row in attendees], is_standing=bool(appointment["is_standing"]))
    if status in GONE and "moved_to_id" in values:
        status = "rescheduled"
    elif not attendees and not appointment["is_standing"]:
        status = "cancelled"  # a group that nobody ever was in
    work.update("appointments", appointment["appointment_id"], status=status, known_at=stored(work.now), **values)
    return status


def is_empty_group(appointment: Row, attendees: Sequence[Row]) -> bool:
    """Whether it is a group that was opened and that nobody is in now."""
    is_open = appointment["status"] == "scheduled" and appointment["is_standing"]
    return bool(is_open and all(row["status"] in GONE for row in attendees))


def no_longer_standing(work: Work, appointment: Row) -> Row:
    """The whole visit ends or goes elsewhere: a group that stood without clients stands no more."""
    if not appointment["is_standing"]:
        return appointment
    return work.update("appointments", appointment["appointment_id"], is_standing=False)


def refuse_if_charged(work: Work, attendees: Sequence[Row], what: str) -> None:
    """A charged visit is frozen until its charge is voided."""
    if facts.charged(work, [row["attendee_id"] for row in attendees]):
        raise Conflict(f"This visit is charged; void the charge first, then {what}.", rule="charged")


def require_reason(work: Work, what: str) -> str:
    """The command's reason, or a refusal that says what it is for."""
    if not (work.reason or "").strip():
        raise Refusal(f"Say why {what}; the reason is kept with the visit.", rule="reason_required", field="reason")
    assert work.reason is not None
    return work.reason


def scheduled_only(attendees: Sequence[Row], action: str) -> list[Row]:
    """The attendees who are still scheduled; refused when there is none, or when somebody has arrived already."""
    present = [row for row in attendees if row["status"] in ("arrived", "in_session")]
    if present:
        raise Conflict(
            f"The client is {WORDS[present[0]['status']]}, so the visit cannot be {action}; "
            "record what became of it, or correct the attendance first.",
            rule="already_begun",
        )
    waiting = [row for row in attendees if row["status"] == "scheduled"]
    if not waiting:
        status = attendees[-1]["status"] if attendees else "closed"
        raise Conflict(f"This visit is {WORDS[status]}; it cannot be {action} any more.", rule="already_settled")
    return waiting
