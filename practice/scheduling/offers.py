"""Offering times, purely: which starts fit into working time, past buffers, a free room and the client's own day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from practice.scheduling.lanes import clash
from practice.scheduling.model import Interval, up_to_grid
from practice.scheduling.pools import Member, Pool, choose


@dataclass(frozen=True)
class Need:
    """What a visit takes: minutes of care, buffers around it, a room or not; and how far apart starts are tried."""

    minutes: int
    before_minutes: int = 0
    after_minutes: int = 0
    needs_room: bool = False
    mode: str = "in_person"
    step_minutes: int = 15


@dataclass(frozen=True)
class Busy:
    """Where a provider is full, ordered and disjoint: for the care, and for the buffers where they count otherwise."""

    care: Sequence[Interval] = ()
    before: Sequence[Interval] | None = None
    after: Sequence[Interval] | None = None

    def clash(self, start: datetime, end: datetime, before: timedelta, after: timedelta) -> Interval | None:
        """What is in the way of a visit with these buffers, or None."""
        if self.before is None or self.after is None:
            return clash(self.care, start - before, end + after)
        return (
            clash(self.care, start, end)
            or (clash(self.before, start - before, start) if before else None)
            or (clash(self.after, end, end + after) if after else None)
        )


class Fit(NamedTuple):
    """A start that passes (naive UTC), and the first room that is free then, if one is needed."""

    start: datetime
    end: datetime
    room_id: str | None


def fits(
    working: Sequence[Interval],
    need: Need,
    *,
    earliest: datetime,
    provider: Busy | Sequence[Interval] = (),
    clients: Sequence[Sequence[Interval]] = (),
    rooms: Mapping[str, Sequence[Interval]] | None = None,
    pools: Sequence[Pool] | None = None,
) -> Iterator[Fit]:
    """Every start in the working time that passes, in order; a visit's care stays inside one stretch.

    `provider`, `clients` and `rooms` (equipment too) are the stretches (ordered, disjoint) in which each of them is
    full; `pools` is what is needed of them (default: any one, where a room is needed). Buffers may reach outside
    working hours: they are work of the provider, not time of the client.
    """
    full = rooms or {}
    busy = provider if isinstance(provider, Busy) else Busy(provider)
    wanted = any_room(full) if pools is None and need.needs_room else list(pools or ())
    care, step = timedelta(minutes=need.minutes), timedelta(minutes=need.step_minutes)
    before = timedelta(minutes=up_to_grid(need.before_minutes))
    after = timedelta(minutes=up_to_grid(need.after_minutes))
    for stretch in working:
        start = stretch.start
        if start < earliest:
            start += -(-(earliest - start) // step) * step
        while start + care <= stretch.end:
            end = start + care
            taken = busy.clash(start, end, before, after)
            if taken is None and not any(clash(client, start, end) for client in clients):
                chosen = _chosen(wanted, full, start, end + after)
                if chosen is not None:
                    yield Fit(start, end, next(iter(chosen), None))
            # Steps that still lie inside what is taken cannot pass either.
            is_sure = taken is not None and busy.before is None
            hops = max(1, -(-(taken.end + before - start) // step)) if taken and is_sure else 1
            start += hops * step


def any_room(rooms: Mapping[str, Sequence[Interval]]) -> list[Pool]:
    """One of these rooms, the first that is free."""
    return [Pool("any", "rooms", "room", 1, tuple(Member(room, room, 1) for room in rooms))]


def _chosen(
    pools: Sequence[Pool], full: Mapping[str, Sequence[Interval]], start: datetime, end: datetime
) -> list[str] | None:
    """The rooms that would be taken, or None where not all that is needed is free."""
    if len(pools) == 1 and pools[0].quantity == 1:  # nearly always, and asked for every start of every day
        free = (one.resource_id for one in pools[0].members if clash(full.get(one.resource_id, ()), start, end) is None)
        first = next(free, None)
        return None if first is None else [first] if pools[0].kind == "room" else []
    found = choose(pools, lambda key: clash(full.get(key, ()), start, end) is None)
    if isinstance(found, Pool):
        return None
    kinds = {pool.pool_id: pool.kind for pool in pools}
    return [key for pool_id, keys in found.items() if kinds[pool_id] == "room" for key in keys]
