"""Book, confirm, cancel, or take back a visit. Moving is in moving.py, what became of it in attendance.py."""

from __future__ import annotations

from practice.access.permissions import Permission, require_location
from practice.clock import local_date, stored
from practice.errors import Conflict, NotFound, Refusal
from practice.scheduling import booking_queries as facts
from practice.scheduling.model import GONE, instant_of, judge_notice, wall_time
from practice.scheduling.moving import move_appointment
from practice.scheduling.planning import appointment_row, attendee_row, bookable, minutes_of, rooms_for
from practice.scheduling.plans import Plan, alternatives, require_working
from practice.scheduling.steps import (
    WORDS,
    note,
    refuse_if_charged,
    require_reason,
    scheduled_only,
    settle_status,
    visit_of,
)
from practice.scheduling.taking import leave, put, take
from practice.store.record import command
from practice.store.work import Row, Work

__all__ = [
    "book_appointment",
    "cancel_appointment",
    "confirm_appointment",
    "enter_in_error",
    "move_appointment",
    "unconfirm_appointment",
]

CHANNELS = ("desk", "online", "import", "demo")
MODES = ("in_person", "video")


@command(Permission.BOOK)
def book_appointment(
    work: Work,
    *,
    client_id: str,
    provider_id: str,
    service_id: str,
    location_id: str,
    wall_start: str,
    room_id: str | None = None,
    duration_minutes: int | None = None,
    mode: str = "in_person",
    override_reason: str | None = None,
    channel: str = "desk",
    series_id: str | None = None,
    original_start: str | None = None,
) -> Row:
    """Book a client; a group that stands at that time is joined.

    `series_id` and `original_start` (the date in its rule) are given by the series that books its occurrences.

    Answers {appointment_id, attendee_id, room_id, starts_at, lane}. A visit in the past is a late entry and needs a
    reason. Refuses with rule provider_taken, room_taken, client_taken, group_full, outside_hours and others.
    """
    if mode not in MODES or channel not in CHANNELS:
        raise Refusal(f"A visit is {' or '.join(MODES)}, and booked by {', '.join(CHANNELS)}.", rule="mode")
    require_location(work.actor, location_id)
    wall = wall_time(wall_start)
    location, provider, service = bookable(work, location_id, provider_id, service_id, wall.date())
    client = work.get("clients", client_id, "client")
    if not client["is_active"]:
        raise Refusal("This client is archived; make the client active again, then book.", rule="client_inactive")
    starts_at = instant_of(wall, location["zone"])
    if starts_at < stored(work.now):
        require_reason(work, "a visit in the past is entered late")
    group = None
    if service["capacity"] > 1:
        group = facts.occurrence(work, provider_id, service_id, location_id, starts_at)
    plan = Plan(
        appointment_id=group["appointment_id"] if group else work.new_id(),
        location=location,
        provider=provider,
        service=service,
        client_ids=(client_id,),
        wall_start=wall,
        starts_at=starts_at,
        minutes=group["duration_minutes"] if group else minutes_of(service, duration_minutes),
        rooms=() if group else rooms_for(work, location, service, mode, room_id, provider_id=provider_id),
        is_override=bool(override_reason),
    )
    if group:
        return _join(work, plan, group, room_id)
    is_outside = require_working(work, plan)
    taken = take(work, plan)
    reason = override_reason if taken.is_overridden or is_outside else None
    of_series = {"series_id": series_id, "original_start": wall_time(original_start)} if original_start else {}
    appointment = appointment_row(work, plan, taken.room_id, mode, channel, reason, **of_series)
    work.insert("appointments", appointment)
    attendee = attendee_row(work, plan.appointment_id, client_id, location["zone"])
    work.insert("attendees", attendee)
    note(work, appointment, "booked", [attendee["attendee_id"]])
    put(work, taken)
    return _booked(appointment, attendee, taken.lane)


def _join(work: Work, plan: Plan, group: Row, room_id: str | None) -> Row:
    """A further client in an occurrence that stands: one seat and one client's claim, nothing else."""
    attendees = [row for row in facts.attendees_of(work, group["appointment_id"]) if row["status"] not in GONE]
    at = f"{plan.service['name']} at {plan.wall_start:%H:%M}"
    if any(row["client_id"] in plan.client_ids for row in attendees):
        raise Conflict(f"This client is in {at} already.", rule="client_taken", field="client_id")
    if room_id not in (None, group["room_id"]):
        raise Conflict(f"{at} has its room already; leave the room open to join it.", rule="room_set", field="room_id")
    if len(attendees) >= group["capacity"]:
        raise Conflict(
            f"{at} is full: all {group['capacity']} seats are taken. Choose another time.",
            rule="group_full",
            field="wall_start",
            alternatives=alternatives(work, plan),
        )
    taken = take(work, plan, ("client",))
    attendee = attendee_row(work, plan.appointment_id, plan.client_ids[0], group["zone"])
    work.insert("attendees", attendee)
    note(work, group, "attendee_added", [attendee["attendee_id"]])
    put(work, taken)
    settle_status(work, group)
    return _booked(group, attendee, taken.lane)


def _booked(appointment: Row, attendee: Row, lane: int) -> Row:
    return {
        "appointment_id": appointment["appointment_id"],
        "attendee_id": attendee["attendee_id"],
        "room_id": appointment["room_id"],
        "starts_at": appointment["starts_at"],
        "lane": lane,
    }


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
def cancel_appointment(work: Work, *, appointment_id: str, cancelled_by: str, attendee_id: str | None = None) -> Row:
    """Cancel, for the reason given. Of a group: every scheduled client, or the one named.

    Notice is start − now in minutes; only a client's cancellation is judged late or not, by the policy in force
    today. The places are free at once. Answers {appointment_id, attendee_ids, status, notice_minutes, is_late}.
    """
    if cancelled_by not in ("client", "provider", "practice"):
        raise Refusal("Say who cancels: client, provider or practice.", rule="cancelled_by", field="cancelled_by")
    why = require_reason(work, "the visit is cancelled")
    appointment, attendees = visit_of(work, appointment_id)
    chosen = scheduled_only(_chosen(attendees, attendee_id), "cancelled")
    refuse_if_charged(work, chosen, "cancel")
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
            cancel_reason=why,
            notice_minutes=notice,
            is_late=is_late,
            outcome_at=work.now,
            known_at=work.now,
        )
    ids = [row["attendee_id"] for row in chosen]
    note(work, appointment, "cancelled", ids, cancelled_by=cancelled_by, notice_minutes=notice, is_late=is_late)
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
    if appointment["status"] in ("rescheduled", "entered_in_error"):
        raise Conflict(
            f"This visit is {WORDS[appointment['status']]}; "
            + ("take its successor back instead." if appointment["moved_to_id"] else "there is nothing to take back."),
            rule="already_settled",
        )
    refuse_if_charged(work, attendees, "enter it in error")
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
