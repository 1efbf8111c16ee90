"""Groups: opened before anybody is in them, clients added one by one, places changed for one occurrence, cancelled."""

from __future__ import annotations

from practice.access.permissions import Permission, require_location
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.scheduling import booking_queries as facts
from practice.scheduling.commands import cancel_appointment
from practice.scheduling.joining import join, plan_to_join, require_open
from practice.scheduling.model import GONE, instant_of, wall_time
from practice.scheduling.modes import is_joinable, require_mode
from practice.scheduling.planning import appointment_row, bookable, minutes_of, rooms_for
from practice.scheduling.plans import Plan, require_working
from practice.scheduling.reasons import require_why
from practice.scheduling.steps import (
    is_empty_group,
    no_longer_standing,
    note,
    refuse_if_charged,
    require_reason,
    settle_status,
    visit_of,
)
from practice.scheduling.taking import put, take
from practice.store.record import command
from practice.store.work import Row, Work

SMALLEST, LARGEST = 2, 100


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
        mode=mode,
        is_room_pinned=room_id is not None,
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
    require_open(appointment)
    if appointment["starts_at"] < stored(work.now):
        require_reason(work, "a client is added to a visit that has begun")
    if service["billing_unit"] == "appointment":
        refuse_if_charged(work, attendees, "add somebody")
    return join(work, plan_to_join(work, appointment, service, client_id), appointment)


@command(Permission.BOOK)
def change_capacity(work: Work, *, appointment_id: str, capacity: int) -> Row:
    """How many clients one occurrence takes; the service and its other occurrences keep theirs.

    Nobody is evicted: fewer places than clients are refused. Answers {appointment_id, capacity, seats_left}.
    """
    appointment, attendees = visit_of(work, appointment_id)
    if appointment["capacity"] == 1 and work.get("services", appointment["service_id"], "service")["capacity"] == 1:
        raise Refusal("This visit is for one client; book a group to have more places.", rule="not_a_group")
    require_open(appointment)
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
def close_group(work: Work, *, appointment_id: str, cancelled_by: str, code: str | None = None) -> Row:
    """Cancel a whole group for the reason given: whoever is still in it, or the empty one.

    Answers like `cancel_appointment`, without notice for a group that nobody is in.
    """
    appointment, attendees = visit_of(work, appointment_id)
    if not is_empty_group(appointment, attendees):
        answer: Row = cancel_appointment(work, appointment_id=appointment_id, cancelled_by=cancelled_by, code=code)
        return answer
    if cancelled_by not in ("provider", "practice"):
        raise Refusal(
            "Nobody is in this group, so it is the provider or the practice who cancels it.",
            rule="cancelled_by",
            field="cancelled_by",
        )
    require_why(work, code, "the group is cancelled")
    note(work, appointment, "cancelled", cancelled_by=cancelled_by, code=code)
    status = settle_status(work, no_longer_standing(work, appointment))
    work.release(appointment_id)
    gone: Row = {"attendee_ids": [], "notice_minutes": None, "is_late": None}
    return gone | {"appointment_id": appointment_id, "status": status}


def _seats(capacity: int) -> int:
    if isinstance(capacity, bool) or not isinstance(capacity, int) or not SMALLEST <= capacity <= LARGEST:
        raise Refusal(f"A group has {SMALLEST} to {LARGEST} places.", rule="capacity", field="capacity")
    return capacity
