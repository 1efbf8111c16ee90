"""Make place in rooms: visits whose room nobody chose go to other rooms before anybody hears that no room is free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from practice.clock import stored
from practice.scheduling import booking_queries as facts
from practice.scheduling.lanes import Held, clash, crowded, free_lane
from practice.scheduling.model import in_force
from practice.scheduling.standing import Standing
from practice.store.work import Work

MOST_TRIES = 2_000
"""How many places a search looks at; a day in a handful of rooms needs far fewer."""

NEW = ""
"""The newcomer among the visits that are arranged."""


class Led(NamedTuple):
    """A visit that goes to another room: its claims there and their lane."""

    appointment_id: str
    from_room_id: str
    room_id: str
    claim_ids: tuple[str, ...]
    lane: int


class Guest(NamedTuple):
    """A visit that may be in any of these rooms, the one where it is first. Its span includes the turnaround."""

    holder: str
    service_id: str | None
    start: datetime
    end: datetime
    rooms: tuple[str, ...]
    claims: tuple[Held, ...]


def arrange(guests: Sequence[Guest], fixed: Mapping[str, list[Held]], standing: Standing) -> dict[str, str] | None:
    """A room for every guest beside what is fixed, or None. Guests keep their room where that works."""
    order = sorted(guests, key=lambda guest: (guest.start, guest.end))
    inside = {room: list(held) for room, held in fixed.items()}
    found: dict[str, str] = {}
    tries = 0

    def settle(position: int) -> bool:
        nonlocal tries
        if position == len(order):
            return True
        guest = order[position]
        for room in guest.rooms:
            tries += 1
            if tries > MOST_TRIES:
                return False
            limits = standing.limits("room", room, guest.service_id)
            if clash(crowded(inside[room], limits), guest.start, guest.end):
                continue
            one = Held(guest.holder, guest.holder, "care", guest.start, guest.end, 0, limits)
            inside[room].append(one)
            found[guest.holder] = room
            if settle(position + 1):
                return True
            inside[room].remove(one)
            del found[guest.holder]
        return False

    return found if settle(0) else None


def recolour(work: Work, standing: Standing, taken: Sequence[str]) -> tuple[Led, ...]:
    """Who has to be led elsewhere so that one of the `taken` rooms is free for the plan; nobody where it cannot be."""
    plan = standing.plan
    rooms = {room["room_id"]: room for room in facts.rooms_of(work, plan.location["location_id"])}
    standing.capacities |= {room_id: room["capacity"] for room_id, room in rooms.items()}
    known = {one.resource_id for pool in standing.pools for one in pool.members}
    standing.read(work, [room_id for room_id in rooms if room_id not in known])
    missing = tuple(room for room in taken if room in rooms)
    start, end = plan.span("room")
    guests = _near(_guests(work, standing, rooms), start, end)
    moving = {guest.holder for guest in guests}
    fixed = {room: [one for one in standing.held.get(room, []) if one.appointment_id not in moving] for room in rooms}
    newcomer = Guest(NEW, plan.service["service_id"], start, end, missing, ())
    found = arrange([newcomer, *guests], fixed, standing)
    return _led(guests, found, fixed, standing) if found else ()


def _guests(work: Work, standing: Standing, rooms: Mapping[str, object]) -> list[Guest]:
    """Visits to come that hold one room which nobody chose, with the rooms that would do for them."""
    held: dict[str, list[Held]] = {}
    where: dict[str, set[str]] = {}
    for room in rooms:
        for one in standing.held.get(room, []):
            if one.holder == "appointment":
                held.setdefault(one.appointment_id, []).append(one)
                where.setdefault(one.appointment_id, set()).add(room)
    single = [holder for holder, places in where.items() if len(places) == 1]
    guests = []
    pools = facts.room_pools(work)
    for row in facts.movable(work, single, stored(work.now)):
        (now,) = where[row["appointment_id"]]
        own = [
            one["resource_id"]
            for one in pools
            if one["service_id"] == row["service_id"]
            and in_force(one, row["start_date"])
            and one["resource_id"] in rooms
        ]
        others = own or list(rooms)
        claims = held[row["appointment_id"]]
        guests.append(
            Guest(
                row["appointment_id"],
                row["service_id"],
                min(one.starts_at for one in claims),
                max(one.ends_at for one in claims),
                (now, *(room for room in others if room != now)),
                tuple(claims),
            )
        )
    return guests


def _near(guests: list[Guest], start: datetime, end: datetime) -> list[Guest]:
    """Guests who overlap the span, or overlap one who does, and so on."""
    found: list[Guest] = []
    rest = list(guests)
    while True:
        near = [guest for guest in rest if guest.start < end and start < guest.end]
        if not near:
            return found
        found += near
        rest = [guest for guest in rest if guest not in near]
        start, end = min(start, *(one.start for one in near)), max(end, *(one.end for one in near))


def _led(
    guests: Sequence[Guest], found: Mapping[str, str], fixed: Mapping[str, list[Held]], standing: Standing
) -> tuple[Led, ...]:
    """Who changes rooms, in which lane; `standing.held` is then as it will be, for the newcomer's own lane."""
    inside = {room: list(held) for room, held in fixed.items()}
    movers = [guest for guest in guests if found[guest.holder] != guest.rooms[0]]
    for guest in guests:
        if guest not in movers:
            inside[guest.rooms[0]] += guest.claims
    led = []
    for guest in sorted(movers, key=lambda one: one.start):
        room = found[guest.holder]
        lane = free_lane(inside[room], guest.start, guest.end, 0)
        inside[room] += [one._replace(lane=lane) for one in guest.claims]
        claim_ids = tuple(one.claim_id for one in guest.claims)
        led.append(Led(guest.holder, guest.rooms[0], room, claim_ids, lane))
    standing.held |= inside
    return tuple(led)
