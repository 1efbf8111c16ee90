"""Overlap, purely: how many may share a resource at an instant, where it is full, and which lane a claim takes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any, NamedTuple

from practice.scheduling.model import Interval, in_force, union


class Limits(NamedTuple):
    """Lanes that may be used at one instant: `free` for anybody, `ceiling` with a reason and the permission."""

    free: int
    ceiling: int

    def of(self, *, is_override: bool) -> int:
        """The number that counts."""
        return self.ceiling if is_override else self.free


BLOCK = Limits(1, 1)


class Held(NamedTuple):
    """A claim that stands, with what its own visit's policy allows beside it."""

    claim_id: str
    appointment_id: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    lane: int
    limits: Limits = BLOCK
    holder: str = "appointment"
    expires_at: datetime | None = None
    location_id: str | None = None


class Place(NamedTuple):
    """The lane of a new claim, and the new lanes of standing ones that had to make room (claim_id → lane)."""

    lane: int
    relaned: dict[str, int]


def limits_in_force(
    policies: Iterable[Mapping[str, Any]],
    kind: str,
    resource_id: str,
    service_id: str | None,
    on: date,
    own_capacity: int = 1,
) -> Limits:
    """What the overlap policy in force on the visit's day allows: resource and service > resource > service > kind.

    Without a policy the rule is block. `own_capacity` is the room's: only a policy that names the room goes below it.
    """
    fitting = [
        row
        for row in policies
        if row["resource_kind"] == kind
        and row["resource_id"] in (None, resource_id)
        and row["service_id"] in (None, service_id)
        and in_force(row, on)
    ]
    if not fitting:
        return Limits(own_capacity, own_capacity)
    policy = max(
        fitting,
        key=lambda row: (row["resource_id"] is not None, row["service_id"] is not None, row["effective_from"]),
    )
    free = policy["capacity"] if policy["rule"] == "capacity" else 1
    if policy["resource_id"] is None:
        free = max(free, own_capacity)
    ceiling = max(free, policy["ceiling"]) if policy["rule"] == "warn" else free
    return Limits(free, ceiling)


def held_by_resource(
    rows: Iterable[Mapping[str, Any]], policies: Sequence[Mapping[str, Any]], capacities: Mapping[str, int]
) -> dict[str, list[Held]]:
    """Standing claims by resource, each with what its own visit's policy allows beside it.

    `rows` are claims; `capacities` are those of rooms and equipment. Time that is blocked is for no visit: beside a
    block stands only what has a reason, where the policy is to warn.
    """
    found: dict[str, list[Held]] = {}
    known: dict[tuple[str, str, date], Limits] = {}
    for row in rows:
        resource_id = row["resource_id"]
        key = (resource_id, row["service_id"], row["start_date"])
        if key not in known:
            known[key] = limits_in_force(policies, row["resource_kind"], *key, capacities.get(resource_id, 1))
        limits = block_limits(known[key]) if row["holder"] == "block" else known[key]
        found.setdefault(resource_id, []).append(
            Held(
                row["claim_id"], row["appointment_id"], row["kind"], row["starts_at"], row["ends_at"], row["lane"],
                limits, row["holder"], row["expires_at"], row["location_id"],
            )
        )  # fmt: skip
    return found


def block_limits(limits: Limits) -> Limits:
    """What a block allows beside it, from what a visit there would: capacity is for visits only."""
    return Limits(1, limits.ceiling if limits.ceiling > limits.free else 1)


def crowded(
    held: Sequence[Held], limits: Limits, *, is_override: bool = False, buffers: str = "add", part: str = "care"
) -> list[Interval]:
    """Where one more claim would be one too many, in order.

    The strictest policy among all who would share the instant counts: a visit whose own policy is "block" is not
    overlapped because the newcomer's would allow it. `part` is which part of the newcomer is asked about: where the
    larger of two `buffers` counts, a buffer before may lie over another's buffer after.
    """
    own = limits.of(is_override=is_override)
    beside = {"before": "after", "after": "before"}.get(part) if buffers == "larger" else None
    counted = held if beside is None else [claim for claim in held if claim.kind != beside]
    if own == 1:  # nobody beside anybody: no need to count who shares which instant
        return union(Interval(claim.starts_at, claim.ends_at) for claim in counted)
    return union(
        Interval(start, end)
        for start, end, sharing in _segments(counted)
        if _weight(sharing, buffers) >= min(own, *(claim.limits.of(is_override=is_override) for claim in sharing))
    )


def _weight(sharing: Sequence[Held], buffers: str) -> int:
    """How many share an instant: where the larger buffer counts, one before and one after are as one."""
    if buffers == "add":
        return len(sharing)
    before, after = (sum(claim.kind == kind for claim in sharing) for kind in ("before", "after"))
    return len(sharing) - min(before, after)


def overfull(held: Sequence[Held], buffers: str = "add") -> list[str]:
    """Appointments that share an instant with more than even a reason would grant now, in the order of time."""
    return [
        claim.appointment_id
        for _, _, sharing in _segments(held)
        if _weight(sharing, buffers) > min(claim.limits.ceiling for claim in sharing)
        for claim in sharing
        if claim.holder == "appointment"
    ]


def free_lane(held: Sequence[Held], start: datetime, end: datetime, first: int) -> int:
    """The first lane from `first` on that nothing holds within [start, end)."""
    taken = {claim.lane for claim in held if claim.starts_at < end and start < claim.ends_at}
    return next(lane for lane in range(first, first + len(taken) + 1) if lane not in taken)


def _segments(held: Sequence[Held]) -> Iterator[tuple[datetime, datetime, list[Held]]]:
    """The time that is held, cut wherever a claim begins or ends: (start, end, the claims that share it)."""
    edges = sorted({edge for claim in held for edge in (claim.starts_at, claim.ends_at)})
    by_start = sorted(held, key=lambda claim: claim.starts_at)
    sharing: list[Held] = []
    position = 0
    for start, end in pairwise(edges):
        while position < len(by_start) and by_start[position].starts_at <= start:
            sharing.append(by_start[position])
            position += 1
        sharing = [claim for claim in sharing if claim.ends_at > start]
        if sharing:
            yield start, end, sharing


def clash(full: Sequence[Interval], start: datetime, end: datetime) -> Interval | None:
    """The first of the ordered, disjoint stretches that overlaps [start, end), or None."""
    position = bisect_right(full, start, key=lambda stretch: stretch.start) - 1
    for stretch in full[max(position, 0) : position + 2]:
        if stretch.start < end and start < stretch.end:
            return stretch
    return None


def place(held: Sequence[Held], start: datetime, end: datetime, limit: int) -> Place:
    """The lane of a claim on [start, end), where `crowded` has said that there is room for it below `limit`.

    Lanes fragment: nobody is one too many, yet no single lane is free throughout. Then the neighbourhood is coloured
    anew in the order of start, which needs no more lanes than claims share an instant.
    """
    taken = {claim.lane for claim in held if claim.starts_at < end and start < claim.ends_at}
    lane = next(number for number in range(len(taken) + 1) if number not in taken)
    if lane < limit:
        return Place(lane, {})
    neighbours = _neighbourhood(held, start, end)
    queue = sorted([(claim.starts_at, claim.ends_at, claim.claim_id) for claim in neighbours] + [(start, end, "")])
    ends: list[datetime] = []
    lanes: dict[str, int] = {}
    for starts_at, ends_at, claim_id in queue:
        free = next((number for number, until in enumerate(ends) if until <= starts_at), len(ends))
        ends[free : free + 1] = [ends_at]
        lanes[claim_id] = free
    own = lanes.pop("")
    return Place(
        own, {claim.claim_id: lanes[claim.claim_id] for claim in neighbours if claim.lane != lanes[claim.claim_id]}
    )


def _neighbourhood(held: Sequence[Held], start: datetime, end: datetime) -> list[Held]:
    """Every claim that overlaps [start, end), or overlaps one that does, and so on."""
    found: list[Held] = []
    rest = list(held)
    grew = True
    while grew:
        near = [claim for claim in rest if claim.starts_at < end and start < claim.ends_at]
        rest = [claim for claim in rest if claim not in near]
        found += near
        grew = bool(near)
        start = min([start, *(claim.starts_at for claim in near)])
        end = max([end, *(claim.ends_at for claim in near)])
    return found
