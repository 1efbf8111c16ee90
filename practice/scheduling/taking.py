"""The one check on claims. Every path that wants a place goes through `take`, inside the writer's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

from practice.access.permissions import Permission, require
from practice.clock import stored, to_wall
from practice.errors import Conflict
from practice.scheduling import booking_queries as facts
from practice.scheduling.lanes import Held, Limits, clash, crowded, held_by_resource, limits_in_force, place
from practice.scheduling.model import HORIZON, Claim, claims_for, slots_for
from practice.scheduling.plans import Plan, alternatives, or_override
from practice.store.work import Row, Work

ALL_KINDS = ("provider", "room", "client")


@dataclass(frozen=True)
class Taken:
    """Claims to write, the room among the plan's, and the new lanes of standing claims."""

    claims: list[Claim]
    room_id: str | None
    lane: int
    relaned: dict[str, int]
    is_overridden: bool


class _Book:
    """What is held around a plan, asked for once."""

    def __init__(self, work: Work, plan: Plan, kinds: Iterable[str]) -> None:
        self.plan = plan
        self.capacities = {room["room_id"]: room["capacity"] for room in plan.rooms}
        ids = {"provider": [plan.provider["provider_id"]], "room": list(self.capacities), "client": plan.client_ids}
        resources = [resource_id for kind in kinds for resource_id in ids[kind]]
        margin = timedelta(days=1)  # lanes of the neighbourhood may have to be coloured anew
        rows = facts.held(work, resources, plan.starts_at - margin, plan.ends_at + margin, plan.ignoring)
        self.policies = facts.overlap_policies(work)
        self.held = held_by_resource(rows, self.policies, self.capacities)

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
            _refuse_taken(work, plan, kind, standing, book.limits(kind, resource_id))
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
        provider_id=provider_id,
        room_id=room_id,
        client_ids=clients,
        before_minutes=plan.service["buffer_before_minutes"],
        after_minutes=plan.service["buffer_after_minutes"],
        lanes=lanes,
    )
    return Taken(claims, room_id, lanes.get(provider_id or "", 0), relaned, is_overridden)


def put(work: Work, taken: Taken) -> None:
    """Write what `take` has granted: claims, their slots, and the lanes that neighbours had to change."""
    horizon = stored(work.now) - HORIZON
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


def _refuse_taken(work: Work, plan: Plan, kind: str, standing: Held, limits: Limits) -> NoReturn:
    words = facts.words_for(work, standing.appointment_id)
    is_elsewhere = bool(work.actor.location_ids) and words["location_id"] not in work.actor.location_ids
    may_see = work.actor.may(Permission.SEE_CLIENTS) and not is_elsewhere
    seen = ", ".join(words["clients"] or []) if may_see else ""
    whose = f"{seen} ({words['service']})" if seen else f"a {words['service']} visit"
    subject = {"provider": words["provider"], "room": words["room"], "client": "This client"}[kind]
    start, end = (to_wall(at, plan.location["zone"]) for at in (standing.starts_at, standing.ends_at))
    span = f"from {start:%H:%M} until {end:%H:%M}"
    if kind == "client":
        what = f"is already booked with {words['provider']} ({words['service']}) {span}"
    elif standing.kind == "care":
        what = f"is taken {span} by {whose}"
    else:
        what = f"is kept free {span} {standing.kind} {whose}"
    raise Conflict(
        f"{subject} {what}. Choose another time{or_override(work) if limits.ceiling > limits.free else ''}.",
        rule=f"{kind}_taken",
        field={"provider": "wall_start", "room": "room_id", "client": "client_id"}[kind],
        alternatives=alternatives(work, plan),
    )


def _relane(work: Work, lanes: dict[str, int], horizon: datetime) -> None:
    """Let every neighbour go before any comes back: two may swap their lanes."""
    neighbours = facts.appointments_holding(work, list(lanes))
    standing = [Claim(**row) for row in facts.claims_of(work, neighbours)]
    changed = [claim._replace(lane=lanes.get(claim.claim_id, claim.lane)) for claim in standing]
    for appointment_id in neighbours:
        work.release(appointment_id)
    work.hold([claim._asdict() for claim in changed], list(slots_for(changed, horizon)))
