"""From a hold to its visit, in place: the same claims, the same room, and the hold's id becomes the visit's."""

from __future__ import annotations

from dataclasses import replace

from practice.clock import stored
from practice.errors import Conflict
from practice.scheduling import holder_queries
from practice.scheduling.plans import Plan, alternatives
from practice.scheduling.settling import settle_hold
from practice.scheduling.taking import Taken, standing_claims, take
from practice.store.work import Row, Work


def hold_to_convert(work: Work, hold_id: str, held_by: str) -> Row | None:
    """The hold, if it still counts; None if it is over, so that its place is checked like any other.

    Refused where somebody else holds the place, or where it became a visit already.
    """
    hold = work.get("holds", hold_id, "hold")
    if hold["held_by"] != held_by:
        raise Conflict("Somebody else is booking this place; choose another time.", rule="hold_of_another")
    if hold["outcome"] == "converted":
        raise Conflict("This place was booked already; look at the visit there.", rule="hold_converted")
    if hold["outcome"] is None and hold["expires_at"] <= stored(work.now):
        settle_hold(work, hold_id, "expired")
        return None
    return hold if hold["outcome"] is None else None


def convert(work: Work, plan: Plan, hold: Row, room_id: str | None) -> tuple[Plan, Taken | None]:
    """The claims of the hold become the visit's, and those of a client whom it did not know are added.

    A plan for another place, length, room or client lets the hold go and gives no claims: it has a new id then.
    """
    standing = standing_claims(work, hold["hold_id"])
    known = {claim.resource_id for claim in standing if claim.resource_kind == "client"}
    if not _is_same(plan, hold, room_id) or not standing or not known <= set(plan.client_ids):
        settle_hold(work, hold["hold_id"], "released")
        return replace(plan, appointment_id=work.new_id()), None
    fresh = replace(
        plan, client_ids=tuple(one for one in plan.client_ids if one not in known), asked_at=hold["held_at"]
    )
    taken = take(work, fresh, ("client",)) if fresh.client_ids else Taken([], None, 0, {}, is_overridden=False)
    work.keep(hold["hold_id"])
    settle_hold(work, hold["hold_id"], "converted")
    lane = next(claim.lane for claim in standing if claim.resource_kind == "provider" and claim.kind == "care")
    return plan, replace(taken, room_id=hold["room_id"], lane=lane)


def at_held_place(work: Work, plan: Plan, hold: Row | None) -> Plan:
    """The plan of a move with the hold's id and room, its places given back for `take`; without a hold as it was."""
    if hold is None:
        return plan
    work.release(hold["hold_id"])
    if not _is_same(plan, hold, None):
        settle_hold(work, hold["hold_id"], "released")
        return plan
    settle_hold(work, hold["hold_id"], "converted")
    rooms = sorted(plan.rooms, key=lambda room: room["room_id"] != hold["room_id"])
    return replace(plan, appointment_id=hold["hold_id"], rooms=tuple(rooms), asked_at=hold["held_at"])


def _is_same(plan: Plan, hold: Row, room_id: str | None) -> bool:
    ours = (plan.provider["provider_id"], plan.service["service_id"], plan.location["location_id"])
    theirs = (hold["provider_id"], hold["service_id"], hold["location_id"])
    fits = hold["room_id"] is None if plan.mode == "video" else hold["room_id"] is not None or not plan.rooms
    is_room = fits and room_id in (None, hold["room_id"])
    is_time = (plan.starts_at, plan.ends_at) == (hold["starts_at"], hold["ends_at"])
    return ours == theirs and is_time and is_room


def require_seat(work: Work, plan: Plan, taken: int, capacity: int, hold_id: str | None = None) -> None:
    """Refuse where the group has no seat left that is neither taken nor held by somebody else."""
    at = f"{plan.service['name']} at {plan.wall_start:%H:%M}"
    if taken >= capacity:
        sentence = f"{at} is full: all {capacity} seats are taken. Choose another time."
    else:
        held = holder_queries.seats_held(
            work,
            plan.provider["provider_id"],
            plan.service["service_id"],
            plan.location["location_id"],
            plan.starts_at,
            hold_id,
        )
        if taken + held < capacity:
            return
        sentence = f"{at} has no seat left: {held} of {capacity} are being booked just now. Choose another time."
    raise Conflict(sentence, rule="group_full", field="wall_start", alternatives=alternatives(work, plan))
