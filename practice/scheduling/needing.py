"""Which pools a plan draws on: the needs of its service, a room where it just needs one, the room that was pinned."""

from __future__ import annotations

from practice.errors import Refusal
from practice.scheduling.plans import Plan
from practice.scheduling.pools import Member, Pool
from practice.scheduling.rule_book import RuleBook

ANY_ROOM = "any"
"""The pool of a service that needs a room and does not say which."""


def pools_of(plan: Plan, book: RuleBook) -> list[Pool]:
    """The pools, rooms first and the plan's own rooms before others. Nothing is needed for a video visit.

    Refuses a pinned room that is in none of the pools, and a location that has too little of what is needed.
    """
    if plan.mode == "video" and not plan.is_room_pinned:
        return []
    needed = book.pools_on(plan.day) if plan.mode != "video" else []
    order = {room["room_id"]: number for number, room in enumerate(plan.rooms)}
    pools = [_liked(pool, order) for pool in sorted(needed, key=lambda pool: pool.kind != "room")]
    rooms = [pool for pool in pools if pool.kind == "room"]
    own = tuple(Member(room["room_id"], room["name"], room["capacity"]) for room in plan.rooms)
    if not rooms:
        return [*([Pool(ANY_ROOM, "rooms", "room", 1, own)] if own else []), *_enough(plan, pools)]
    if plan.is_room_pinned:
        pools = _pinned(pools, rooms, own[0])
    return _enough(plan, pools)


def _liked(pool: Pool, order: dict[str, int]) -> Pool:
    members = sorted(pool.members, key=lambda member: order.get(member.resource_id, len(order)))
    return pool._replace(members=tuple(members))


def _pinned(pools: list[Pool], rooms: list[Pool], room: Member) -> list[Pool]:
    """The pool that has the pinned room gives that one, and the rest of its quantity from the others."""
    home = next((pool for pool in rooms if room in pool.members), None)
    if home is None:
        names = ", ".join(member.name for pool in rooms for member in pool.members)
        raise Refusal(
            f"{room.name} is not one of the {rooms[0].name}; choose one of {names}.",
            rule="room_not_in_pool",
            field="room_id",
        )
    others = tuple(member for member in home.members if member != room)
    rest = [home._replace(pool_id=f"{home.pool_id}:rest", quantity=home.quantity - 1, members=others)]
    first = home._replace(quantity=1, members=(room,))
    return [first, *(rest if home.quantity > 1 else []), *(pool for pool in pools if pool is not home)]


def _enough(plan: Plan, pools: list[Pool]) -> list[Pool]:
    for pool in pools:
        if len(pool.members) < pool.quantity:
            raise Refusal(
                f"{plan.service['name']} needs {pool.quantity} of {pool.name}, and {plan.location['name']} has "
                f"{len(pool.members)}; add to the pool in the set-up, or choose another location.",
                rule="pool_too_small",
                field="location_id",
            )
    return pools
