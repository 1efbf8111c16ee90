"""The one check on claims. Every path that wants a place goes through `take`, inside the writer's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NoReturn

from practice.access.permissions import Permission, require
from practice.clock import stored, to_wall
from practice.errors import Conflict
from practice.scheduling import booking_queries as facts
from practice.scheduling.lanes import Held, Limits, clash, crowded, held_by_resource, limits_in_force, place
from practice.scheduling.model import HORIZON, Claim, claims_for, nearest, slots_for, spelled, up_to_grid
from practice.scheduling.slots import Search, free_starts, need_of
from practice.scheduling.working import as_instants, is_inside
from practice.store.work import Row, Work

ALL_KINDS = ("provider", "room", "client")
SEARCH_DAYS = 8
"""How far a refusal looks for the nearest free times."""


@dataclass(frozen=True)
class Plan:
    """A visit that wants its places. `rooms` are the rooms that would do, the first free one is taken; empty = none."""

    appointment_id: str
    location: Row
    provider: Row
    service: Row
    client_ids: tuple[str, ...]
    wall_start: datetime
    starts_at: datetime
    minutes: int
    rooms: tuple[Row, ...] = ()
    is_override: bool = False
    ignoring: str | None = None

    @property
    def ends_at(self) -> datetime:
        """Minutes are real ones: over a clock change the wall's end moves."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def day(self) -> date:
        """The local day."""
        return self.wall_start.date()

    def span(self, kind: str) -> tuple[datetime, datetime]:
        """What a resource of that kind is held for, buffers included."""
        before = up_to_grid(self.service["buffer_before_minutes"]) if kind == "provider" else 0
        after = up_to_grid(self.service["buffer_after_minutes"]) if kind != "client" else 0
        return self.starts_at - timedelta(minutes=before), self.ends_at + timedelta(minutes=after)


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


def standing_claims(work: Work, appointment_id: str) -> list[Claim]:
    """The claims of an appointment as they stand."""
    return [Claim(**row) for row in facts.claims_of(work, [appointment_id])]


def require_working(work: Work, plan: Plan) -> bool:
    """Whether the visit lies outside working hours: refused, unless a reason is given by a role that may.

    The care must lie inside one stretch of working time; buffers may reach beyond it.
    """
    hours = facts.hours(work, [plan.provider["provider_id"]], plan.day, plan.day)
    key, place_id = plan.provider["provider_id"], plan.location["location_id"]
    stretches = hours.on(key, place_id, plan.day)
    if is_inside(as_instants(stretches, plan.location["zone"]), plan.starts_at, plan.ends_at):
        return False
    if plan.is_override:
        require(work.actor, Permission.OVERRIDE_OVERLAP)
        return True
    name, day = plan.provider["name"], f"{plan.day:%A %Y-%m-%d}"
    if hours.is_off(key, plan.day):
        why = f"{name} has time off on {day}"
    elif stretches:
        shown = " and ".join(f"{start:%H:%M}–{end:%H:%M}" for start, end in stretches)
        why = f"{name} works {shown} on {day}; the visit would take {plan.wall_start:%H:%M}–{_wall_end(plan):%H:%M}"
    elif hours.closed(key, place_id, plan.day):
        why = f"{plan.location['name']} is closed to {name} on {day}"
    else:
        why = f"{name} does not work at {plan.location['name']} on {day}"
    raise Conflict(
        f"{why}. Choose another time{_or_override(work)}.",
        rule="outside_hours",
        field="wall_start",
        alternatives=alternatives(work, plan),
    )


def alternatives(work: Work, plan: Plan) -> list[str]:
    """The nearest free wall times at which the same plan would pass, at most three."""
    search = Search(
        location=plan.location,
        service_id=plan.service["service_id"],
        provider_ids=(plan.provider["provider_id"],),
        need=need_of(plan.service, plan.minutes, needs_room=bool(plan.rooms)),
        first=plan.day - timedelta(days=1),
        days=SEARCH_DAYS,
        client_ids=plan.client_ids,
        room_ids=tuple(room["room_id"] for room in plan.rooms),
        ignoring=plan.ignoring,
    )
    found = free_starts(work, search)[plan.provider["provider_id"]]
    starts = nearest(plan.starts_at, [fit.start for fit in found])
    return [spelled(to_wall(start, plan.location["zone"])) for start in starts]


def _choose_room(work: Work, plan: Plan, book: _Book) -> str:
    """The first room of the plan that is free; a single one may be overridden; else a refusal."""
    for room in plan.rooms:
        if book.in_the_way("room", room["room_id"], is_override=False) is None:
            return str(room["room_id"])
    if len(plan.rooms) == 1:
        return str(plan.rooms[0]["room_id"])
    names = ", ".join(room["name"] for room in plan.rooms)
    raise Conflict(
        f"No room is free at {plan.location['name']} from {plan.wall_start:%H:%M} to {_wall_end(plan):%H:%M} "
        f"({names} are taken); choose another time.",
        rule="room_taken",
        field="wall_start",
        alternatives=alternatives(work, plan),
    )


def _refuse_taken(work: Work, plan: Plan, kind: str, standing: Held, limits: Limits) -> NoReturn:
    words = facts.words_for(work, standing.appointment_id)
    seen = ", ".join(words["clients"] or []) if work.actor.may(Permission.SEE_CLIENTS) else ""
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
        f"{subject} {what}. Choose another time{_or_override(work) if limits.ceiling > limits.free else ''}.",
        rule=f"{kind}_taken",
        field={"provider": "wall_start", "room": "room_id", "client": "client_id"}[kind],
        alternatives=alternatives(work, plan),
    )


def _or_override(work: Work) -> str:
    may = work.actor.may(Permission.OVERRIDE_OVERLAP)
    return ", or give a reason to book it all the same" if may else "; a manager may book it with a reason"


def _wall_end(plan: Plan) -> datetime:
    return to_wall(plan.ends_at, plan.location["zone"])


def _relane(work: Work, lanes: dict[str, int], horizon: datetime) -> None:
    """Let every neighbour go before any comes back: two may swap their lanes."""
    neighbours = facts.appointments_holding(work, list(lanes))
    standing = [Claim(**row) for row in facts.claims_of(work, neighbours)]
    changed = [claim._replace(lane=lanes.get(claim.claim_id, claim.lane)) for claim in standing]
    for appointment_id in neighbours:
        work.release(appointment_id)
    work.hold([claim._asdict() for claim in changed], list(slots_for(changed, horizon)))
