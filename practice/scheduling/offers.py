"""Offering times, purely: which starts fit into working time, past buffers, a free room and the client's own day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from practice.scheduling.lanes import clash
from practice.scheduling.model import Interval, up_to_grid


@dataclass(frozen=True)
class Need:
    """What a visit takes: minutes of care, buffers around it, a room or not; and how far apart starts are tried."""

    minutes: int
    before_minutes: int = 0
    after_minutes: int = 0
    needs_room: bool = False
    step_minutes: int = 15


class Fit(NamedTuple):
    """A start that passes (naive UTC), and the first room that is free then."""

    start: datetime
    end: datetime
    room_id: str | None


def fits(
    working: Sequence[Interval],
    need: Need,
    *,
    earliest: datetime,
    provider: Sequence[Interval] = (),
    clients: Sequence[Sequence[Interval]] = (),
    rooms: Mapping[str, Sequence[Interval]] | None = None,
) -> Iterator[Fit]:
    """Every start in the working time that passes, in order; a visit's care stays inside one stretch.

    `provider`, `clients` and `rooms` are the stretches (ordered, disjoint) in which each of them is full. Buffers may
    reach outside working hours: they are work of the provider, not time of the client.
    """
    care, step = timedelta(minutes=need.minutes), timedelta(minutes=need.step_minutes)
    before = timedelta(minutes=up_to_grid(need.before_minutes))
    after = timedelta(minutes=up_to_grid(need.after_minutes))
    for stretch in working:
        start = stretch.start
        if start < earliest:
            start += -(-(earliest - start) // step) * step
        while start + care <= stretch.end:
            end = start + care
            taken = clash(provider, start - before, end + after)
            if taken is None and not any(clash(client, start, end) for client in clients):
                room = _free_room(rooms or {}, start, end + after)
                if room is not None or not need.needs_room:
                    yield Fit(start, end, room)
            # Steps that still lie inside what is taken cannot pass either.
            hops = max(1, -(-(taken.end + before - start) // step)) if taken else 1
            start += hops * step


def _free_room(rooms: Mapping[str, Sequence[Interval]], start: datetime, end: datetime) -> str | None:
    return next((room for room, full in rooms.items() if clash(full, start, end) is None), None)
