"""Book a visit: at a free place, at a place that was held while somebody typed, or in a group that stands."""

from __future__ import annotations

from practice.access.permissions import Permission, require_location
from practice.clock import stored
from practice.errors import Refusal
from practice.scheduling import booking_queries as facts
from practice.scheduling.converting import convert, hold_to_convert
from practice.scheduling.joining import booked, join
from practice.scheduling.model import instant_of, wall_time
from practice.scheduling.modes import MODES, is_joinable, require_mode
from practice.scheduling.planning import appointment_row, attendee_row, bookable, minutes_of, rooms_for
from practice.scheduling.plans import Plan, require_working
from practice.scheduling.steps import note, require_reason
from practice.scheduling.taking import put, take
from practice.store.record import command
from practice.store.work import Row, Work

CHANNELS = ("desk", "online", "api", "waitlist", "import", "demo")


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
    hold_id: str | None = None,
    held_by: str | None = None,
    series_id: str | None = None,
    original_start: str | None = None,
) -> Row:
    """Book a client; a group that stands at that time is joined.

    `series_id` and `original_start` (the date in its rule) are given by the series that books its occurrences.

    Answers {appointment_id, attendee_id, room_id, starts_at, lane}. A visit in the past is a late entry and needs a
    reason. A place that `held_by` (default: the actor) holds is converted in place: same claims, same room, and the
    hold's id is the visit's. Where the hold is over or for another place, the place is checked like any other.
    Refuses with rule provider_taken, room_taken, client_taken, group_full, outside_hours, hold_of_another and others.
    """
    if channel not in CHANNELS:
        raise Refusal(f"A visit is booked by {', '.join(CHANNELS)}.", rule="mode")
    hold = hold_to_convert(work, hold_id, held_by or work.actor.user_id) if hold_id else None
    plan, group = plan_of(
        work,
        client_id=client_id,
        provider_id=provider_id,
        service_id=service_id,
        location_id=location_id,
        wall_start=wall_start,
        room_id=room_id,
        duration_minutes=duration_minutes,
        mode=mode,
        is_override=bool(override_reason),
        audience="online" if channel in ("online", "api") else "everyone",
        new_id=hold["hold_id"] if hold else None,
    )
    location, service = plan.location, plan.service
    if group:
        return join(work, plan, group, room_id, hold)
    taken, is_outside = None, False
    if hold:
        plan, taken = convert(work, plan, hold, room_id)
    if taken is None:
        is_outside = require_working(work, plan)
        taken = take(work, plan)
    reason = override_reason if taken.is_overridden or is_outside else None
    of_series = {"series_id": series_id, "original_start": wall_time(original_start)} if original_start else {}
    appointment = appointment_row(work, plan, taken.room_id, mode, channel, reason, **of_series)
    work.insert("appointments", appointment)
    attendee = attendee_row(
        work, plan.appointment_id, client_id, location["zone"], billing_unit=service["billing_unit"]
    )
    work.insert("attendees", attendee)
    note(work, appointment, "booked", [attendee["attendee_id"]])
    put(work, taken)
    return booked(appointment, attendee, taken.lane)


def plan_of(
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
    is_override: bool = False,
    audience: str = "everyone",
    new_id: str | None = None,
) -> tuple[Plan, Row | None]:
    """What is wanted, its facts checked but not yet its places; and the group that stands at that time, if one does."""
    if mode not in MODES:
        raise Refusal(f"A visit is {' or '.join(MODES)}; choose one of the two.", rule="mode", field="mode")
    require_location(work.actor, location_id)
    wall = wall_time(wall_start)
    location, provider, service = bookable(work, location_id, provider_id, service_id, wall.date())
    client = work.get("clients", client_id, "client")
    if not client["is_active"]:
        raise Refusal("This client is archived; make the client active again, then book.", rule="client_inactive")
    require_mode(service, mode)
    starts_at = instant_of(wall, location["zone"])
    if starts_at < stored(work.now):
        require_reason(work, "a visit in the past is entered late")
    group = None
    if is_joinable(service):
        group = facts.occurrence(work, provider_id, service_id, location_id, starts_at)
    plan = Plan(
        appointment_id=group["appointment_id"] if group else new_id or work.new_id(),
        location=location,
        provider=provider,
        service=service,
        client_ids=(client_id,),
        wall_start=wall,
        starts_at=starts_at,
        minutes=group["duration_minutes"] if group else minutes_of(service, duration_minutes),
        rooms=() if group else rooms_for(work, location, service, mode, room_id, provider_id=provider_id),
        is_override=is_override,
        mode=mode,
        is_room_pinned=room_id is not None and group is None,
        audience=audience,
    )
    return plan, group
