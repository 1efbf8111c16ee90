"""Which of the free times suit best, and why. The best are shown first; none is hidden behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from practice.access.permissions import Actor, Permission, require, require_location
from practice.clock import stored, to_instant, to_wall
from practice.scheduling import booking_queries as facts
from practice.scheduling.model import Interval, union, up_to_grid
from practice.store.work import Reader, Row

BEST = 3
_PER_DAY_LATER = 0.15  # of a reason: a week later costs about one


@dataclass(frozen=True)
class Usual:
    """What the client is used to; None where nothing is known. `weekday` is ISO: 1 = Monday."""

    provider_id: str | None = None
    weekday: int | None = None
    at: time | None = None


def best_slots(
    reader: Reader, actor: Actor, slots: Sequence[Row], *, service_id: str, location_id: str, usual: Usual
) -> list[Row]:
    """The few best of the slots that `offered_slots` has answered for that service and location, best first.

    Each row has `reasons` besides, in words: what speaks for it. A slot for which nothing speaks is not among them.
    """
    require(actor, Permission.SEE_SCHEDULE)
    require_location(actor, location_id)
    if not slots:
        return []
    service = reader.get("services", service_id, "service")
    zone = reader.get("locations", location_id, "location")["zone"]
    first, last = min(row["wall_start"] for row in slots), max(row["wall_end"] for row in slots)
    margin = timedelta(hours=4)  # the longest buffer
    held = facts.held(
        reader,
        sorted({row["provider_id"] for row in slots}),
        stored(to_instant(first, zone)) - margin,
        stored(to_instant(last, zone)) + margin,
    )
    busy: dict[str, list[Interval]] = {}
    for row in held:
        span = Interval(to_wall(row["starts_at"], zone), to_wall(row["ends_at"], zone))
        busy.setdefault(row["resource_id"], []).append(span)
    before, after = (
        timedelta(minutes=up_to_grid(service[name])) for name in ("buffer_before_minutes", "buffer_after_minutes")
    )
    return ranked(slots, {key: union(spans) for key, spans in busy.items()}, usual, before=before, after=after)


def ranked(
    slots: Sequence[Row],
    busy: Mapping[str, Sequence[Interval]],
    usual: Usual,
    *,
    before: timedelta = timedelta(),
    after: timedelta = timedelta(),
    count: int = BEST,
) -> list[Row]:
    """The best `count` slots with `reasons`, one of each provider's day. `busy` by provider, in wall time. Pure."""
    earliest = min((row["wall_start"] for row in slots), default=None)
    judged: list[tuple[float, datetime, Row]] = []
    for row in slots:
        reasons = _reasons(row, busy.get(row["provider_id"], ()), usual, before, after)
        if row["wall_start"] == earliest:
            reasons["first free"] = 1.0
        if reasons and earliest is not None:
            score = sum(reasons.values()) - _PER_DAY_LATER * (row["wall_start"] - earliest).days
            judged.append((-score, row["wall_start"], row | {"reasons": list(reasons)}))
    best: list[Row] = []
    seen: set[tuple[str, date]] = set()
    for _, start, row in sorted(judged, key=lambda item: item[:2]):
        if (row["provider_id"], start.date()) not in seen:
            seen.add((row["provider_id"], start.date()))
            best.append(row)
    return best[:count]


def _reasons(row: Row, busy: Sequence[Interval], usual: Usual, before: timedelta, after: timedelta) -> dict[str, float]:
    """What speaks for a slot, and how much."""
    start, end = row["wall_start"], row["wall_end"]
    found: dict[str, float] = {}
    if row["provider_id"] == usual.provider_id:
        found["the usual provider"] = 3.0
    if (start.isoweekday(), start.time()) == (usual.weekday, usual.at):
        found["the usual day and time"] = 2.0
    follows = any(span.end == start - before for span in busy)
    precedes = any(span.start == end + after for span in busy)
    if follows and precedes:
        found["closes a gap"] = 2.0
    elif follows or precedes:
        found["next to another visit"] = 0.5
    return found
