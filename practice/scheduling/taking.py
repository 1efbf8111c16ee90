"""The one check on claims. Every path that wants a place goes through `take`, inside the writer's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from practice.access.permissions import Permission, require
from practice.clock import stored
from practice.errors import Conflict
from practice.scheduling import booking_queries as facts
from practice.scheduling.lanes import Held, Limits, clash, crowded, held_by_resource, limits_in_force, place
from practice.scheduling.model import HORIZON, Claim, claims_for, slots_for
from practice.scheduling.plans import Plan, alternatives
from practice.scheduling.refusing import refuse_taken
from practice.scheduling.settling import settle_hold
from practice.store.work import Row, Work

ALL_KINDS = ("provider", "room", "client")


@dataclass(frozen=True)
class Taken:
    """Claims to write, the room among the plan's, the new lanes of standing claims, and the holds that are over."""

    claims: list[Claim]
    room_id: str | None
    lane: int
    relaned: dict[str, int]
    is_overridden: bool
    expired: tuple[str, ...] = ()


class _Book:
    """What is held around a plan, asked for once."""

    def __init__(self, work: Work, plan: Plan, kinds: Iterable[str]) -> None:
        self.plan = plan
        self.capacities = {room["room_id"]: room["capacity"] for room in plan.rooms}
        ids = {"provider": [plan.provider["provider_id"]], "room": list(self.capacities), "client": plan.client_ids}
        resources = [resource_id for kind in kinds for resource_id in ids[kind]]
        margin = timedelta(days=1)  # lanes of the neighbourhood may have to be coloured anew
        start, end = plan.starts_at - margin, plan.ends_at + margin
        rows = facts.held(work, resources, start, end, plan.ignoring, with_expired=True)
        now = stored(work.now)
        over = [row for row in rows if row["expires_at"] is not None and row["expires_at"] <= now]
        self.expired = tuple(dict.fromkeys(row["appointment_id"] for row in over))
        self.policies = facts.overlap_policies(work)
        standing = (row for row in rows if row["appointment_id"] not in self.expired)
        self.held = held_by_resource(standing, self.policies, self.capacities)

    def limits(self, kind: str, resource_id: str) -> Limits:
        capacity = self.capacities.get(resource_id, 1)
        return limits_in_force(
            self.policies, kind, resource_id, self.plan.service["service_id"], self.plan.day, capacity
        )

    def in_the_way(self, kind: str, resource_id: str, *, is_override: bool) -> Held | None:
        """The first standing claim that leaves no room for the plan's, or None."""
        held = self.held.get(resource_id, [])
        start, end = self.plan.span(kind)
        stretch = clash(crowded(held, self.limits(kind, resource_id), is_override=is_override), start, end)
        if stretch is None:
            return None
        at, until = max(stretch.start, start), min(stretch.end, end)
        return next(claim for claim in held if claim.starts_at < until and at < claim.ends_at)


def take(work: Work, plan: Plan, kinds: tuple[str, ...] = ALL_KINDS) -> Taken:
    """Check the plan's claims against all that stand, and give the claims to write with `put`.

    Raises Conflict (rule provider_taken, room_taken or client_taken; alternatives = the nearest free wall times), or
    NotPermitted when an overlap needs an override that the role may not give.
    """
    book = _Book(work, plan, kinds)
    lanes: dict[str, int] = {}
    relaned: dict[str, int] = {}
    is_overridden = False

    def settle(kind: str, resource_id: str) -> None:
        nonlocal is_overridden
        standing = book.in_the_way(kind, resource_id, is_override=False)
        if standing and (not plan.is_override or book.in_the_way(kind, resource_id, is_override=True)):
            refuse_taken(work, plan, kind, standing, book.limits(kind, resource_id))
        is_overridden = is_overridden or standing is not None
        limit = book.limits(kind, resource_id).of(is_override=standing is not None)
        found = place(book.held.get(resource_id, []), *plan.span(kind), limit)
        lanes[resource_id] = found.lane
        relaned.update(found.relaned)

    provider_id = plan.provider["provider_id"] if "provider" in kinds else None
    clients = plan.client_ids if "client" in kinds else ()
    for client_id in clients:
        settle("client", client_id)
    if provider_id:
        settle("provider", provider_id)
    room_id = _choose_room(work, plan, book) if "room" in kinds and plan.rooms else None
    if room_id:
        settle("room", room_id)
    if is_overridden:
        require(work.actor, Permission.OVERRIDE_OVERLAP)
    claims = claims_for(
        plan.appointment_id,
        plan.starts_at,
        plan.ends_at,
        new_id=work.new_id,
        service_id=plan.service["service_id"],
        start_date=plan.day,
        location_id=plan.location["location_id"],
        provider_id=provider_id,
        room_id=room_id,
        client_ids=clients,
        before_minutes=plan.service["buffer_before_minutes"],
        after_minutes=plan.service["buffer_after_minutes"],
        lanes=lanes,
        holder="hold" if plan.expires_at else "appointment",
        expires_at=plan.expires_at,
    )
    return Taken(claims, room_id, lanes.get(provider_id or "", 0), relaned, is_overridden, book.expired)


def put(work: Work, taken: Taken) -> None:
    """Write what `take` has granted: claims, their slots, and the lanes that neighbours had to change.

    Holds that are over make way first: the slots' key must refuse nobody because of them.
    """
    horizon = stored(work.now) - HORIZON
    for hold_id in taken.expired:
        settle_hold(work, hold_id, "expired")
    if taken.relaned:
        _relane(work, taken.relaned, horizon)
    work.hold([claim._asdict() for claim in taken.claims], list(slots_for(taken.claims, horizon)))


def keep_only(work: Work, appointment_id: str, kept: Iterable[Claim]) -> None:
    """Replace an appointment's claims by others that need no check: fewer, or shorter, in the lanes they have."""
    claims = list(kept)
    work.release(appointment_id)
    work.hold([claim._asdict() for claim in claims], list(slots_for(claims, stored(work.now) - HORIZON)))


def leave(work: Work, appointment: Row, client_ids: set[str], *, is_over: bool) -> None:
    """Give back what the leaving clients held; all of it when nobody is left."""
    if is_over:
        work.release(appointment["appointment_id"])
        return
    standing = standing_claims(work, appointment["appointment_id"])
    keep_only(work, appointment["appointment_id"], [one for one in standing if one.resource_id not in client_ids])


def standing_claims(work: Work, appointment_id: str) -> list[Claim]:
    """The claims of an appointment as they stand."""
    return [Claim(**row) for row in facts.claims_of(work, [appointment_id])]


def _choose_room(work: Work, plan: Plan, book: _Book) -> str:
    """The first room of the plan that is free; a single one may be overridden; else a refusal."""
    for room in plan.rooms:
        if book.in_the_way("room", room["room_id"], is_override=False) is None:
            return str(room["room_id"])
    if len(plan.rooms) == 1:
        return str(plan.rooms[0]["room_id"])
    names = ", ".join(room["name"] for room in plan.rooms)
    raise Conflict(
        f"No room is free at {plan.location['name']} from {plan.wall_start:%H:%M} to {plan.wall_end:%H:%M} "
        f"({names} are taken); choose another time.",
        rule="room_taken",
        field="wall_start",
        alternatives=alternatives(work, plan),
    )


def _relane(work: Work, lanes: dict[str, int], horizon: datetime) -> None:
    """Let every neighbour go before any comes back: two may swap their lanes."""
    neighbours = facts.holders_of(work, list(lanes))
    standing = [Claim(**row) for row in facts.claims_of(work, neighbours)]
    changed = [claim._replace(lane=lanes.get(claim.claim_id, claim.lane)) for claim in standing]
    for holder_id in neighbours:
        work.release(holder_id)
    work.hold([claim._asdict() for claim in changed], list(slots_for(changed, horizon)))
