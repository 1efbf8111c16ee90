"""Free times from the committed state: what a person, a page or a refusal can offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from practice.access.permissions import Actor, Permission, require, require_location
from practice.clock import local_date, stored, to_wall
from practice.scheduling import booking_queries as facts
from practice.scheduling.lanes import crowded, held_by_resource, limits_in_force
from practice.scheduling.model import Interval
from practice.scheduling.modes import is_joinable
from practice.scheduling.offers import Fit, Need, fits
from practice.scheduling.working import as_instants, days_from, whole_day
from practice.store.work import Reader, Row

MOST_DAYS = 92
"""How far one question may look ahead."""


@dataclass(frozen=True)
class Search:
    """Which free starts are looked for. `room_ids` None = any active room of the location."""

    location: Row
    service_id: str
    provider_ids: tuple[str, ...]
    need: Need
    first: date
    days: int
    client_ids: tuple[str, ...] = ()
    room_ids: tuple[str, ...] | None = None
    ignoring: tuple[str, ...] = ()


def free_starts(reader: Reader, search: Search) -> dict[str, list[Fit]]:
    """Every free start by provider, from now on; one reading of hours and claims for all of them."""
    days = list(days_from(search.first, search.days))
    start, end = (_day_start(search.location, day) for day in (days[0], days[-1] + timedelta(days=1)))
    rooms = {room["room_id"]: room for room in facts.rooms_of(reader, search.location["location_id"])}
    if search.room_ids is not None:
        rooms = {room_id: rooms[room_id] for room_id in search.room_ids if room_id in rooms}
    hours = facts.hours(reader, search.provider_ids, days[0], days[-1])
    resources = [*search.provider_ids, *search.client_ids, *(rooms if search.need.needs_room else ())]
    margin = timedelta(hours=4)  # the longest buffer
    rows = facts.held(reader, resources, start - margin, end + margin, search.ignoring)
    policies = facts.overlap_policies(reader)
    capacities = {room_id: room["capacity"] for room_id, room in rooms.items()}
    held = held_by_resource(rows, policies, capacities)

    def full(kind: str, resource_id: str) -> list[Interval]:
        # A policy may change within the days asked for: only what passes under each version is offered.
        own = min(
            limits_in_force(policies, kind, resource_id, search.service_id, day, capacities.get(resource_id, 1))
            for day in days
        )
        return crowded(held.get(resource_id, []), own)

    clients = [full("client", client_id) for client_id in search.client_ids]
    room_stretches = {room_id: full("room", room_id) for room_id in rooms} if search.need.needs_room else {}
    return {
        provider_id: list(
            fits(
                [
                    stretch
                    for day in days
                    for stretch in as_instants(
                        hours.on(provider_id, search.location["location_id"], day), search.location["zone"]
                    )
                ],
                search.need,
                earliest=stored(reader.now),
                provider=full("provider", provider_id),
                clients=clients,
                rooms=room_stretches,
            )
        )
        for provider_id in search.provider_ids
    }


def offered_slots(
    reader: Reader,
    actor: Actor,
    service_id: str,
    location_id: str,
    provider_id: str | None = None,
    first: str | date | None = None,
    days: int = 14,
    limit: int = 12,
    client_id: str | None = None,
    ignoring: str | Sequence[str] | None = None,
    mode: str = "in_person",
) -> list[Row]:
    """`slots_offered` for somebody of the practice: refused to whoever may not see this location's schedule."""
    require(actor, Permission.SEE_SCHEDULE)
    require_location(actor, location_id)
    return slots_offered(
        reader,
        service_id=service_id,
        location_id=location_id,
        provider_id=provider_id,
        first=first,
        days=days,
        limit=limit,
        client_id=client_id,
        ignoring=ignoring,
        mode=mode,
    )


def slots_offered(
    reader: Reader,
    *,
    service_id: str,
    location_id: str,
    provider_id: str | None = None,
    first: str | date | None = None,
    days: int = 14,
    limit: int = 12,
    client_id: str | None = None,
    ignoring: str | Sequence[str] | None = None,
    audience: str = "everyone",
    mode: str = "in_person",
) -> list[Row]:
    """Times that a booking would be granted now, earliest first. Asks for no permission: the caller has.

    Rows: wall_start, wall_end, provider_id, provider_name, room_id, room_name, appointment_id and seats_left (set
    when the time is a free seat in a group that stands already). With a client, the client's own visits are avoided.
    `ignoring` are the ids of a visit and of holds whose own places count as free: the one that is to be moved, the
    asker's own. `audience` 'online' = for a client who books without the desk.
    """
    service = reader.get("services", service_id, "service")
    location = reader.get("locations", location_id, "location")
    today = local_date(reader.now, location["zone"])
    asked = date.fromisoformat(first) if isinstance(first, str) else first
    begin = max(asked or today, today)
    providers = {
        row["provider_id"]: row
        for row in facts.providers_offering(reader, service_id)
        if provider_id in (None, row["provider_id"])
        and (row["ended_date"] is None or row["ended_date"] >= begin)
        and (audience == "everyone" or row["is_online"])
    }
    if not providers or not service["is_active"] or not location["is_active"]:
        return []
    search = Search(
        location=location,
        service_id=service_id,
        provider_ids=tuple(providers),
        need=need_of(service, needs_room=service["needs_room"] and mode == "in_person"),
        first=begin,
        days=max(1, min(days, MOST_DAYS)),
        client_ids=(client_id,) if client_id else (),
        ignoring=as_ids(ignoring),
    )
    names = {key: row["name"] for key, row in providers.items()}
    room_names = {room["room_id"]: room["name"] for room in facts.rooms_of(reader, location_id)}
    rows = [
        {
            "wall_start": to_wall(fit.start, location["zone"]),
            "wall_end": to_wall(fit.end, location["zone"]),
            "provider_id": key,
            "provider_name": names[key],
            "room_id": fit.room_id,
            "room_name": room_names.get(fit.room_id or ""),
            "appointment_id": None,
            "seats_left": service["capacity"] if is_joinable(service) else None,
        }
        for key, found in free_starts(reader, search).items()
        for fit in found[:limit]
    ]
    if is_joinable(service):
        rows += _seats(reader, search, names)
    return sorted(rows, key=lambda row: (row["wall_start"], row["provider_name"]))[:limit]


def as_ids(ignoring: str | Sequence[str] | None) -> tuple[str, ...]:
    """One id, several or none, as several."""
    return (ignoring,) if isinstance(ignoring, str) else tuple(ignoring or ())


def need_of(service: Row, minutes: int | None = None, *, needs_room: bool | None = None) -> Need:
    """What a visit of the service takes."""
    return Need(
        minutes=minutes or service["duration_minutes"],
        before_minutes=service["buffer_before_minutes"],
        after_minutes=service["buffer_after_minutes"],
        needs_room=service["needs_room"] if needs_room is None else needs_room,
    )


def _seats(reader: Reader, search: Search, providers: dict[str, str]) -> list[Row]:
    """Free seats in groups that stand already and that none of the clients is in."""
    start = max(stored(reader.now), _day_start(search.location, search.first))
    end = _day_start(search.location, search.first + timedelta(days=search.days))
    groups = facts.open_groups(
        reader, search.service_id, search.location["location_id"], search.provider_ids, start, end, search.ignoring
    )
    busy = facts.held(reader, search.client_ids, start, end, search.ignoring)
    return [
        {
            "wall_start": group["wall_start"],
            "wall_end": group["wall_end"],
            "provider_id": group["provider_id"],
            "provider_name": providers[group["provider_id"]],
            "room_id": group["room_id"],
            "room_name": group["room_name"],
            "appointment_id": group["appointment_id"],
            "seats_left": group["seats_left"],
        }
        for group in groups
        if not any(claim["starts_at"] < group["ends_at"] and group["starts_at"] < claim["ends_at"] for claim in busy)
    ]


def _day_start(location: Row, day: date) -> datetime:
    return as_instants([whole_day(day)], location["zone"])[0].start
