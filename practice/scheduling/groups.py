"""Groups: opened before anybody is in them, clients added and moved one by one, places changed for one occurrence."""

from __future__ import annotations

from practice.access.permissions import Permission, require_location
from practice.clock import local_date, stored
from practice.errors import Conflict, Refusal
from practice.scheduling import booking_queries as facts
from practice.scheduling.commands import cancel_appointment
from practice.scheduling.joining import join, plan_to_join
from practice.scheduling.model import GONE, instant_of, judge_notice, wall_time
from practice.scheduling.modes import is_joinable, require_mode
from practice.scheduling.planning import appointment_row, bookable, minutes_of, rooms_for
from practice.scheduling.plans import Plan, require_working
from practice.scheduling.steps import (
    WORDS,
    is_empty_group,
    no_longer_standing,
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

LARGEST = 100


@command(Permission.BOOK)
def open_group(
    work: Work,
    *,
    provider_id: str,
    service_id: str,
    location_id: str,
    wall_start: str,
    capacity: int | None = None,
    room_id: str | None = None,
    duration_minutes: int | None = None,
    mode: str = "in_person",
    override_reason: str | None = None,
) -> Row:
    """Put a group into the calendar before anybody is in it. It stays when the last client leaves, until cancelled.

    Answers {appointment_id, room_id, starts_at}. Refuses like a booking does, and rule not_a_group, group_stands.
    """
    require_location(work.actor, location_id)
    wall = wall_time(wall_start)
    location, provider, service = bookable(work, location_id, provider_id, service_id, wall.date())
    if not is_joinable(service):
        raise Refusal(
            f"{service['name']} is no group; only a service for several clients who are charged each can be opened.",
            rule="not_a_group",
            field="service_id",
        )
    require_mode(service, mode)
    starts_at = instant_of(wall, location["zone"])
    if starts_at < stored(work.now):
        require_reason(work, "a visit in the past is entered late")
    if facts.occurrence(work, provider_id, service_id, location_id, starts_at):
        raise Conflict(
            f"{service['name']} stands at {wall:%H:%M} already; add clients to it, or choose another time.",
            rule="group_stands",
            field="wall_start",
        )
    plan = Plan(
        appointment_id=work.new_id(),
        location=location,
        provider=provider,
        service=service,
        client_ids=(),
        wall_start=wall,
        starts_at=starts_at,
        minutes=minutes_of(service, duration_minutes),
        rooms=rooms_for(work, location, service, mode, room_id, provider_id=provider_id),
        is_override=bool(override_reason),
    )
    is_outside = require_working(work, plan)
    taken = take(work, plan)
    appointment = appointment_row(
        work,
        plan,
        taken.room_id,
        mode,
        "desk",
        override_reason if taken.is_overridden or is_outside else None,
        capacity=_seats(service["capacity"] if capacity is None else capacity),
        is_standing=True,
    )
    work.insert("appointments", appointment)
    note(work, appointment, "booked")
    put(work, taken)
    return {name: appointment[name] for name in ("appointment_id", "room_id", "starts_at")}


@command(Permission.BOOK)
def add_attendee(work: Work, *, appointment_id: str, client_id: str) -> Row:
    """Add a client to a visit for several: one more seat of a group, or the partner of a couple.

    Answers like a booking. Refuses with rule group_full, client_taken, not_a_group, already_settled, charged.
    """
    appointment, attendees = visit_of(work, appointment_id)
    service = work.get("services", appointment["service_id"], "service")
    if appointment["capacity"] == 1:
        raise Refusal(
            f"{service['name']} is for one client; book another visit for this one.", rule="not_a_group"
        )  # fmt: skip
    _require_open(appointment)
    if appointment["starts_at"] < stored(work.now):
        require_reason(work, "a client is added to a visit that has begun")
    if service["billing_unit"] == "appointment":
        refuse_if_charged(work, attendees, "add somebody")
    return join(work, plan_to_join(work, appointment, service, client_id), appointment)


@command(Permission.BOOK)
def move_attendee(work: Work, *, attendee_id: str, to_appointment_id: str, moved_by: str = "client") -> Row:
    """Move one client of a group to another occurrence of the same service; the others stay.

    The old seat says where the client went and how late that was, by the policy in force today; the new one keeps the
    first booking's time. Answers {appointment_id, attendee_id, is_late}.
    """
    if moved_by not in ("client", "provider", "practice"):
        raise Refusal("Say who moves the client: client, provider or practice.", rule="moved_by", field="moved_by")
    old = work.get("attendees", attendee_id, "visit")
    appointment, _ = visit_of(work, old["appointment_id"])
    target, _ = visit_of(work, to_appointment_id)
    _require_movable(work, old, appointment, target)
    notice, is_late = judge_notice(
        facts.cancellation_policies(work),
        appointment["service_id"],
        appointment["starts_at"],
        stored(work.now),
        local_date(work.now, appointment["zone"]),
    )
    is_late = is_late if moved_by == "client" else None
    # The old seat is given back first: the two occurrences may overlap.
    remaining = [row for row in facts.attendees_of(work, appointment["appointment_id"]) if row["status"] not in GONE]
    is_over = len(remaining) == 1 and not appointment["is_standing"]
    leave(work, appointment, {old["client_id"]}, is_over=is_over)
    service = work.get("services", appointment["service_id"], "service")
    kept = {name: old[name] for name in ("first_booked_at", "first_booked_date")}
    new = join(
        work,
        plan_to_join(work, target, service, old["client_id"]),
        target,
        moved_from_id=appointment["appointment_id"],
        **kept,
    )
    work.update(
        "attendees",
        attendee_id,
        status="rescheduled",
        notice_minutes=notice,
        is_late=is_late,
        outcome_at=work.now,
        moved_to_attendee_id=new["attendee_id"],
        known_at=work.now,
    )
    note(
        work, appointment, "moved", [attendee_id],
        moved_to_id=target["appointment_id"], moved_by=moved_by, notice_minutes=notice, is_late=is_late,
    )  # fmt: skip
    settle_status(work, appointment)
    return {"appointment_id": target["appointment_id"], "attendee_id": new["attendee_id"], "is_late": is_late}


@command(Permission.BOOK)
def change_capacity(work: Work, *, appointment_id: str, capacity: int) -> Row:
    """How many clients one occurrence takes; the service and its other occurrences keep theirs.

    Nobody is evicted: fewer places than clients are refused. Answers {appointment_id, capacity, seats_left}.
    """
    appointment, attendees = visit_of(work, appointment_id)
    if appointment["capacity"] == 1 and work.get("services", appointment["service_id"], "service")["capacity"] == 1:
        raise Refusal("This visit is for one client; book a group to have more places.", rule="not_a_group")
    _require_open(appointment)
    seats = _seats(capacity)
    taken = sum(row["status"] not in GONE for row in attendees)
    if seats < taken:
        raise Conflict(
            f"{taken} clients are in this group, so it cannot have {seats} places; move somebody first, "
            f"or choose {taken} or more.",
            rule="over_capacity",
            field="capacity",
            alternatives=[str(taken)],
        )
    if seats == appointment["capacity"]:
        raise Refusal(f"This group has {seats} places already; choose another number.", rule="no_change")
    after = work.update("appointments", appointment_id, capacity=seats, known_at=work.now)
    note(work, after, "changed", before={"capacity": appointment["capacity"]}, after={"capacity": seats})
    return {"appointment_id": appointment_id, "capacity": seats, "seats_left": seats - taken}


@command(Permission.BOOK)
def close_group(work: Work, *, appointment_id: str, cancelled_by: str) -> Row:
    """Cancel a whole group for the reason given: whoever is still in it, or the empty one.

    Answers like `cancel_appointment`, without notice for a group that nobody is in.
    """
    appointment, attendees = visit_of(work, appointment_id)
    if not is_empty_group(appointment, attendees):
        answer: Row = cancel_appointment(work, appointment_id=appointment_id, cancelled_by=cancelled_by)
        return answer
    if cancelled_by not in ("provider", "practice"):
        raise Refusal(
            "Nobody is in this group, so it is the provider or the practice who cancels it.",
            rule="cancelled_by",
            field="cancelled_by",
        )
    require_reason(work, "the group is cancelled")
    note(work, appointment, "cancelled", cancelled_by=cancelled_by)
    status = settle_status(work, no_longer_standing(work, appointment))
    work.release(appointment_id)
    gone: Row = {"attendee_ids": [], "notice_minutes": None, "is_late": None}
    return gone | {"appointment_id": appointment_id, "status": status}


def _require_open(appointment: Row) -> None:
    if appointment["status"] not in ("scheduled", "in_session"):
        raise Conflict(
            f"This visit is {WORDS[appointment['status']]}; choose another one.", rule="already_settled"
        )  # fmt: skip


def _require_movable(work: Work, old: Row, appointment: Row, target: Row) -> None:
    scheduled_only([old], "moved")
    refuse_if_charged(work, [old], "move the client")
    _require_open(target)
    if old["billing_unit"] == "appointment":
        raise Refusal(
            "A couple or family moves together; move the whole visit instead.", rule="not_a_group", field="attendee_id"
        )
    if target["appointment_id"] == appointment["appointment_id"]:
        raise Refusal("The client is in that group already; choose another one.", rule="no_change")
    if target["service_id"] != appointment["service_id"]:
        raise Refusal(
            "A client moves between occurrences of the same service; book another service anew.", rule="other_service"
        )
    if target["starts_at"] < stored(work.now):
        require_reason(work, "a client is moved into a visit that has begun")


def _seats(capacity: int) -> int:
    if isinstance(capacity, bool) or not isinstance(capacity, int) or not 1 <= capacity <= LARGEST:
        raise Refusal(f"A group has 1 to {LARGEST} places.", rule="capacity", field="capacity")
    return capacity
