"""Undo a cancellation or a move within minutes: a wrong press costs nothing, and nothing of it is deleted."""

from __future__ import annotations

from datetime import datetime, timedelta

from practice.access.permissions import Permission
from practice.clock import stored
from practice.errors import Conflict
from practice.scheduling.converting import require_seat
from practice.scheduling.model import GONE
from practice.scheduling.moving import Said, succeed
from practice.scheduling.planning import bookable, rooms_for
from practice.scheduling.plans import Plan
from practice.scheduling.steps import is_empty_group, note, refuse_if_charged, scheduled_only, settle_status, visit_of
from practice.scheduling.taking import Taken, put, take
from practice.store.record import command
from practice.store.work import Row, Work

UNDO = timedelta(minutes=10)
"""How long a cancellation or a move can be undone."""


@command(Permission.BOOK)
def restore_appointment(work: Work, *, appointment_id: str, attendee_ids: list[str] | None = None) -> Row:
    """Undo a cancellation of the last ten minutes: who was cancelled is expected again, in the same places.

    `attendee_ids` are those of one cancellation, where others of the group were cancelled meanwhile.
    Answers {appointment_id, attendee_ids, room_id, starts_at}. Refused like a booking where somebody else is there now.
    """
    appointment, attendees = visit_of(work, appointment_id)
    fresh = [row for row in attendees if row["status"] == "cancelled" and _is_fresh(work, row["cancelled_at"])]
    back = [row for row in fresh if attendee_ids is None or row["attendee_id"] in attendee_ids]
    if not back:
        raise Conflict("Only a cancellation of the last ten minutes can be undone; book the visit again.", rule="undo")
    staying = [row for row in attendees if row["status"] not in GONE]
    plan = _same_place(work, appointment, tuple(row["client_id"] for row in back))
    still_stands = bool(staying) or is_empty_group(appointment, attendees)
    taken = _seats(work, plan, appointment, staying, back) if still_stands else take(work, plan)
    for row in back:
        cleared = ("cancelled_at", "cancelled_by", "cancel_reason", "cancel_code", "notice_minutes", "is_late")
        work.update(
            "attendees",
            row["attendee_id"],
            status="scheduled",
            outcome_at=None,
            known_at=work.now,
            **dict.fromkeys(cleared),
        )
    ids = [row["attendee_id"] for row in back]
    note(work, appointment, "restored", ids)
    room_id = appointment["room_id"] if still_stands else taken.room_id
    settle_status(work, appointment, room_id=room_id)
    put(work, taken)
    starts_at = appointment["starts_at"]
    return {"appointment_id": appointment_id, "attendee_ids": ids, "room_id": room_id, "starts_at": starts_at}


@command(Permission.BOOK)
def undo_move(work: Work, *, appointment_id: str) -> Row:
    """Undo a move of the last ten minutes, by the successor's id: the visit moves back to its former place.

    The chain goes on, and what was confirmed before is confirmed again. Answers like `move_appointment`; refused like
    a booking where somebody else is at the former place now.
    """
    successor, attendees = visit_of(work, appointment_id)
    if successor["moved_from_id"] is None or not _is_fresh(work, successor["booked_at"]):
        raise Conflict("Only a move of the last ten minutes can be undone; move the visit instead.", rule="undo")
    refuse_if_charged(work, attendees, "undo the move")
    waiting = scheduled_only(attendees, "moved back")
    former, before = visit_of(work, successor["moved_from_id"])
    plan = _same_place(work, former, tuple(row["client_id"] for row in waiting), ignoring=appointment_id)
    confirmed = {
        row["client_id"]: {"confirmed_at": row["confirmed_at"]}
        for row in before
        if row["moved_to_attendee_id"] in {one["attendee_id"] for one in waiting}
    }
    # Whoever asked for the move, the undoing is the desk's own.
    said = Said("practice", "undone", former["override_reason"], former["channel"])
    return succeed(work, successor, waiting, plan, said, confirmed)


def _is_fresh(work: Work, at: datetime | None) -> bool:
    return at is not None and stored(work.now) - at <= UNDO


def _same_place(work: Work, appointment: Row, client_ids: tuple[str, ...], ignoring: str | None = None) -> Plan:
    """The plan that takes a visit's own places again; another room where its own is taken."""
    location, provider, service = bookable(
        work,
        appointment["location_id"],
        appointment["provider_id"],
        appointment["service_id"],
        appointment["start_date"],
    )
    if appointment["starts_at"] < stored(work.now):
        raise Conflict("This visit's time has passed; it cannot be expected again.", rule="past")
    return Plan(
        appointment_id=work.new_id() if ignoring else appointment["appointment_id"],
        location=location,
        provider=provider,
        service=service,
        client_ids=client_ids,
        wall_start=appointment["wall_start"],
        starts_at=appointment["starts_at"],
        minutes=appointment["duration_minutes"],
        rooms=rooms_for(work, location, service, appointment["mode"], None, appointment["room_id"])
        if appointment["room_id"]
        else (),
        is_override=bool(appointment["override_reason"]),
        ignoring=(ignoring,) if ignoring else (),
        mode=appointment["mode"],
        is_ruled=False,
    )


def _seats(work: Work, plan: Plan, group: Row, staying: list[Row], back: list[Row]) -> Taken:
    """Seats in a group that still takes place."""
    require_seat(work, plan, len(staying) + len(back) - 1, group["capacity"])
    known = {row["client_id"] for row in staying}
    if known & set(plan.client_ids):
        raise Conflict("This client was booked into the group again meanwhile.", rule="client_taken")
    return take(work, plan, ("client",))
