"""Free times from the committed state: what a person, a page or a refusal can offer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from practice.access.permissions import Actor, Permission, require, require_location
from practice.clock import local_date, stored, to_wall
from practice.scheduling import booking_queries as facts
from practice.scheduling.free_starts import Search, day_start, free_starts, need_of
from practice.scheduling.modes import is_joinable
from practice.store.work import Reader, Row

MOST_DAYS = 92
"""How far one question may look ahead."""


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
        service=service,
        providers=tuple(providers.values()),
        need=need_of(service, needs_room=service["needs_room"] and mode == "in_person", mode=mode),
        first=begin,
        days=max(1, min(days, MOST_DAYS)),
        client_ids=(client_id,) if client_id else (),
        ignoring=as_ids(ignoring),
        audience=audience,
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


def _seats(reader: Reader, search: Search, providers: dict[str, str]) -> list[Row]:
    """Free seats in groups that stand already and that none of the clients is in."""
    start = max(stored(reader.now), day_start(search.location, search.first))
    end = day_start(search.location, search.first + timedelta(days=search.days))
    groups = facts.open_groups(
        reader,
        search.service["service_id"],
        search.location["location_id"],
        list(providers),
        start,
        end,
        search.ignoring,
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
