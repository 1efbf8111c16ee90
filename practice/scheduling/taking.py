"""The one check on claims. Every path that wants a place goes through `take`, inside the writer's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from practice.clock import stored
from practice.scheduling import booking_queries as facts
from practice.scheduling.lanes import free_lane, place
from practice.scheduling.model import HORIZON, Claim, claims_for, slots_for
from practice.scheduling.plans import Plan, require_override
from practice.scheduling.pools import Pool, choose
from practice.scheduling.recolouring import Led, recolour
from practice.scheduling.refusing import refuse_far, refuse_pool, refuse_taken
from practice.scheduling.ruling import require_rules
from practice.scheduling.settling import settle_hold
from practice.scheduling.standing import Standing
from practice.scheduling.steps import note
from practice.store.work import Row, Work

ALL_KINDS = ("provider", "room", "equipment", "client")

BESIDE = {"before": 1_000, "after": 2_000}
"""First lanes of buffers where the larger of two counts: they may lie over each other, never over care."""


@dataclass(frozen=True)
class Taken:
    """Claims to write, the room among the plan's, and what has to make way.

    `relaned` are new lanes of standing claims, `expired` holds that are over, `led` visits that go to another room.
    """

    claims: list[Claim]
    room_id: str | None
    lane: int
    relaned: dict[str, int]
    is_overridden: bool
    expired: tuple[str, ...] = ()
    led: tuple[Led, ...] = ()


@dataclass
class _Draft:
    """What a check has granted so far: lanes by resource, lanes of buffers, new lanes of neighbours."""

    lanes: dict[str, int] = field(default_factory=dict)
    buffer_lanes: dict[str, int] = field(default_factory=dict)
    relaned: dict[str, int] = field(default_factory=dict)
    is_overridden: bool = False


def take(work: Work, plan: Plan, kinds: tuple[str, ...] = ALL_KINDS) -> Taken:
    """Check the plan's claims against all that stand, and give the claims to write with `put`.

    Raises Conflict (rule provider_taken, travel, room_taken, equipment_taken, client_taken, or the name of a rule of
    booking; alternatives = the nearest free wall times), or NotPermitted when a reason is needed that the role may not
    give.
    """
    standing = Standing(work, plan, kinds)
    draft = _Draft(is_overridden=require_rules(work, plan, standing))
    clients = plan.client_ids if "client" in kinds else ()
    for client_id in clients:
        _settle(work, standing, draft, "client", client_id)
    provider_id = plan.provider["provider_id"] if "provider" in kinds else None
    if provider_id:
        _require_way(work, standing)
        _settle(work, standing, draft, "provider", provider_id)
    chosen, led = _choose(work, standing)
    for kind, resource_id in chosen:
        _settle(work, standing, draft, kind, resource_id)
    if draft.is_overridden:
        require_override(work, plan)
    room_id = next((resource_id for kind, resource_id in chosen if kind == "room"), None)
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
        also=[(kind, resource_id) for kind, resource_id in chosen if resource_id != room_id],
        client_ids=clients,
        before_minutes=plan.service["buffer_before_minutes"],
        after_minutes=plan.service["buffer_after_minutes"],
        lanes=draft.lanes,
        buffer_lanes=draft.buffer_lanes,
        holder="hold" if plan.expires_at else "appointment",
        expires_at=plan.expires_at,
    )
    lane = draft.lanes.get(provider_id or "", 0)
    return Taken(claims, room_id, lane, draft.relaned, draft.is_overridden, standing.expired, led)


def _settle(work: Work, standing: Standing, draft: _Draft, kind: str, resource_id: str) -> None:
    """Grant one resource its lane, or refuse with who is there."""
    plan, limits = standing.plan, standing.limits(kind, resource_id)
    taken = standing.in_the_way(kind, resource_id)
    if taken and (not plan.is_override or standing.in_the_way(kind, resource_id, is_override=True)):
        refuse_taken(work, plan, kind, resource_id, taken, limits)
    draft.is_overridden = draft.is_overridden or taken is not None
    held = standing.held.get(resource_id, [])
    span = plan.span(kind)
    if kind == "provider" and standing.book.buffers == "larger":
        parts = plan.parts()
        span = parts["care"]
        for part in parts.keys() - {"care"}:
            draft.buffer_lanes[part] = free_lane(held, *parts[part], BESIDE[part])
        held = [claim for claim in held if claim.lane < min(BESIDE.values())]
    found = place(held, *span, limits.of(is_override=taken is not None))
    draft.lanes[resource_id] = found.lane
    draft.relaned.update(found.relaned)


def _require_way(work: Work, standing: Standing) -> None:
    """Nobody is in two places: between visits at two locations lies the time that the way takes."""
    found = standing.elsewhere()
    if found is not None:
        refuse_far(work, standing.plan, *found)


def _choose(work: Work, standing: Standing) -> tuple[list[tuple[str, str]], tuple[Led, ...]]:
    """Rooms and equipment (kind, id) for every pool. A room that was pinned may be overridden like a provider.

    Before a refusal, visits whose room nobody chose are led to other rooms, if that makes place.
    """
    plan, pools = standing.plan, standing.pools
    kind_of = {one.resource_id: pool.kind for pool in pools for one in pool.members}
    # A pinned room counts as free here: `_settle` says who is there, or takes the reason.
    pinned = pools[0].members[0].resource_id if plan.is_room_pinned and pools else None

    def is_free(resource_id: str) -> bool:
        return resource_id == pinned or standing.in_the_way(kind_of[resource_id], resource_id) is None

    found = choose(pools, is_free)
    led: tuple[Led, ...] = ()
    if isinstance(found, Pool) and found.kind == "room":
        led = recolour(work, standing, [key for key in kind_of if not is_free(key)])
        found = choose(pools, is_free) if led else found
    if isinstance(found, Pool):
        only = plan.rooms[0]["room_id"] if len(plan.rooms) == 1 == len(found.members) and found.kind == "room" else None
        if only is None:
            refuse_pool(work, plan, found)
        found = choose(pools, lambda key: key == only or is_free(key))
        if isinstance(found, Pool):
            refuse_pool(work, plan, found)
    kinds = {pool.pool_id: pool.kind for pool in pools}
    return [(kinds[pool_id], key) for pool_id, keys in found.items() for key in keys], led


def put(work: Work, taken: Taken) -> None:
    """Write what `take` has granted: claims, their slots, and what neighbours had to change.

    Holds that are over make way first: the slots' key must refuse nobody because of them.
    """
    horizon = stored(work.now) - HORIZON
    for hold_id in taken.expired:
        settle_hold(work, hold_id, "expired")
    if taken.relaned or taken.led:
        _make_way(work, taken, horizon)
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


def _make_way(work: Work, taken: Taken, horizon: datetime) -> None:
    """Let every neighbour go before any comes back: two may swap their lanes, or their rooms."""
    rooms = {claim_id: led.room_id for led in taken.led for claim_id in led.claim_ids}
    lanes = {claim_id: led.lane for led in taken.led for claim_id in led.claim_ids} | taken.relaned
    neighbours = facts.holders_of(work, list(dict.fromkeys([*lanes, *rooms])))
    standing = [Claim(**row) for row in facts.claims_of(work, neighbours)]
    changed = [
        claim._replace(
            lane=lanes.get(claim.claim_id, claim.lane), resource_id=rooms.get(claim.claim_id, claim.resource_id)
        )
        for claim in standing
    ]
    for holder_id in neighbours:
        work.release(holder_id)
    work.hold([claim._asdict() for claim in changed], list(slots_for(changed, horizon)))
    for led in taken.led:
        after = work.update("appointments", led.appointment_id, room_id=led.room_id, known_at=stored(work.now))
        note(work, after, "changed", before={"room_id": led.from_room_id}, after={"room_id": led.room_id})
