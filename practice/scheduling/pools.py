"""Needs, purely: one of these rooms and two of those devices, so chosen that nothing is chosen twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple


class Member(NamedTuple):
    """A room or a piece of equipment, and how many visits share it."""

    resource_id: str
    name: str
    capacity: int


class Pool(NamedTuple):
    """`quantity` of these members are needed; the members are in the order in which they are liked."""

    pool_id: str
    name: str
    kind: str
    quantity: int
    members: tuple[Member, ...]


def choose(pools: Sequence[Pool], is_free: Callable[[str], bool]) -> dict[str, list[str]] | Pool:
    """Free members for every pool (pool_id → resource ids), no member twice; else the first pool that gets too few.

    Pools may share members: who has chosen one first steps aside for another of its own (augmenting paths), so that a
    choice is found whenever there is one.
    """
    seats = [(pool, number) for pool in pools for number in range(pool.quantity)]
    taken: dict[str, int] = {}
    known: dict[str, bool] = {}

    def free(resource_id: str) -> bool:
        if resource_id not in known:
            known[resource_id] = is_free(resource_id)
        return known[resource_id]

    def seat(position: int, tried: set[str]) -> bool:
        for member in seats[position][0].members:
            key = member.resource_id
            if key in tried or not free(key):
                continue
            tried.add(key)
            if key not in taken or seat(taken[key], tried):
                taken[key] = position
                return True
        return False

    for position, (pool, _) in enumerate(seats):
        if not seat(position, set()):
            return pool
    chosen: dict[str, list[str]] = {pool.pool_id: [] for pool in pools}
    for key, position in sorted(taken.items(), key=lambda pair: pair[1]):
        chosen[seats[position][0].pool_id].append(key)
    return chosen
