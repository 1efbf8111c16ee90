"""Keep a place while somebody types or answers. A hold claims what its visit will, until it expires."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from practice.access.permissions import SYSTEM, Permission, require_location
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.scheduling import booking_queries as facts
from practice.scheduling import holder_queries
from practice.scheduling.converting import require_seat
from practice.scheduling.model import GONE, instant_of, wall_time
from practice.scheduling.modes import is_joinable, require_mode
from practice.scheduling.planning import bookable, minutes_of, rooms_for
from practice.scheduling.plans import Plan, require_working
from practice.scheduling.settling import settle_hold
from practice.scheduling.taking import Taken, put, take
from practice.store.record import Record, command
from practice.store.work import Row, Work

LONGEST = {"desk": 30, "online": 30, "api": 30, "offer": 7 * 24 * 60, "renewal": 92 * 24 * 60}
"""Minutes that a hold may last, by its purpose."""

ONE_AT_A_TIME = ("desk", "online", "api")
"""Purposes of somebody who types: a further hold replaces the one before."""


@command(Permission.BOOK)
def hold_slot(
    work: Work,
    *,
    provider_id: str,
    service_id: str,
    location_id: str,
    wall_start: str,
    duration_minutes: int | None = None,
    mode: str = "in_person",
    client_id: str | None = None,
    room_id: str | None = None,
    purpose: str = "desk",
    held_by: str | None = None,
    minutes: int = 5,
) -> Row:
    """Keep a place for a visit for some minutes, checked like a booking. `held_by` is the actor unless said otherwise.

    Answers {hold_id, expires_at, room_id, starts_at}. Where a group stands, one of its seats is kept.
    Somebody who types holds one place: holding another lets the first go.
    """
    if not 1 <= minutes <= LONGEST.get(purpose, 0):
        allowed = ", ".join(f"{name} up to {most} minutes" for name, most in LONGEST.items())
        raise Refusal(f"A place is held for {allowed}.", rule="hold_minutes", field="minutes")
    require_location(work.actor, location_id)
    wall = wall_time(wall_start)
    location, provider, service = bookable(work, location_id, provider_id, service_id, wall.date())
    require_mode(service, mode)
    starts_at = instant_of(wall, location["zone"])
    if starts_at < stored(work.now):
        raise Conflict("This time has passed; choose a later one.", rule="past", field="wall_start")
    holder = held_by or work.actor.user_id
    tidy_up(work, holder if purpose in ONE_AT_A_TIME else None)
    group = None
    if is_joinable(service):
        group = facts.occurrence(work, provider_id, service_id, location_id, starts_at)
    plan = Plan(
        appointment_id=work.new_id(),
        location=location,
        provider=provider,
        service=service,
        client_ids=(client_id,) if client_id else (),
        wall_start=wall,
        starts_at=starts_at,
        minutes=group["duration_minutes"] if group else minutes_of(service, duration_minutes),
        rooms=() if group else rooms_for(work, location, service, mode, room_id, provider_id=provider_id),
        expires_at=stored(work.now) + timedelta(minutes=minutes),
        mode=mode,
        is_room_pinned=room_id is not None and group is None,
        audience="online" if purpose in ("online", "api") else "everyone",
    )
    taken = _seat(work, plan, group) if group else _place(work, plan)
    hold = _row(work, plan, taken.room_id, purpose, holder)
    work.insert("holds", hold)
    put(work, taken)
    return {name: hold[name] for name in ("hold_id", "expires_at", "room_id", "starts_at")}


def _place(work: Work, plan: Plan) -> Taken:
    require_working(work, plan)
    return take(work, plan)


def _seat(work: Work, plan: Plan, group: Row) -> Taken:
    """A seat of a group that stands: no claim but the client's, who may be known already."""
    attendees = [row for row in facts.attendees_of(work, group["appointment_id"]) if row["status"] not in GONE]
    require_seat(work, plan, len(attendees), group["capacity"])
    return take(work, plan, ("client",))


def _row(work: Work, plan: Plan, room_id: str | None, purpose: str, holder: str) -> dict[str, Any]:
    return {
        "hold_id": plan.appointment_id,
        "location_id": plan.location["location_id"],
        "provider_id": plan.provider["provider_id"],
        "service_id": plan.service["service_id"],
        "room_id": room_id,
        "wall_start": plan.wall_start,
        "wall_end": plan.wall_end,
        "zone": plan.location["zone"],
        "starts_at": plan.starts_at,
        "ends_at": plan.ends_at,
        "start_date": plan.day,
        "purpose": purpose,
        "held_by": holder,
        "held_at": stored(work.now),
        "expires_at": plan.expires_at,
        "outcome": None,
        "settled_at": None,
    }


@command(Permission.BOOK)
def release_hold(work: Work, *, hold_id: str, held_by: str | None = None) -> Row:
    """Let a place go that is not needed any more. One that is over already, or a visit by now, stays as it is."""
    hold = work.get("holds", hold_id, "hold")
    if hold["held_by"] != (held_by or work.actor.user_id):
        raise Conflict("Somebody else holds this place; only they can let it go.", rule="hold_of_another")
    if hold["outcome"] is None:
        is_over = hold["expires_at"] <= stored(work.now)
        settle_hold(work, hold_id, "expired" if is_over else "released")
    return {"hold_id": hold_id, "outcome": work.get("holds", hold_id, "hold")["outcome"]}


@command(Permission.BOOK)
def settle_holds(work: Work) -> Row:
    """Say of every hold whose time is over that it has expired. Answers {count}; their places were free already."""
    return {"count": tidy_up(work, None)}


def settle_due(record: Record) -> int:
    """Settle the holds that are over, if any is: somebody calls this every few seconds. How many there were.

    It reads first, so that an idle practice gets no audit entries.
    """
    with record.read() as reader:
        if not holder_queries.open_holds(reader):
            return 0
    return int(record.run(settle_holds, SYSTEM)["count"])


def tidy_up(work: Work, holder: str | None) -> int:
    """Settle the holds that are over, and those of the holder; how many."""
    found = holder_queries.open_holds(work, holder)
    for hold in found:
        is_over = hold["expires_at"] <= stored(work.now)
        settle_hold(work, hold["hold_id"], "expired" if is_over else "released")
    return len(found)
