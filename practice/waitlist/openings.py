"""Places that came free and still are, and whom each of them fits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from practice.access.permissions import Actor, Permission, require
from practice.clock import local_date, stored
from practice.people import queries as people
from practice.scheduling import booking_queries as facts
from practice.scheduling.free_starts import need_of
from practice.scheduling.lanes import Held, crowded, held_by_resource, limits_in_force
from practice.scheduling.model import Interval
from practice.scheduling.offers import fits
from practice.scheduling.working import Hours, as_instants
from practice.store.work import Reader, Row
from practice.waitlist import queries
from practice.waitlist.model import Place, Ranked, Waiting, misfit, rank, windows_from

DAYS_AHEAD = 14
"""How far ahead the desk sees what came free."""


def place_of(row: Row) -> Place:
    """A visit that left, or a round, as a place."""
    minutes = int((row["ends_at"] - row["starts_at"]).total_seconds() // 60)
    return Place(row["provider_id"], row["location_id"], row["wall_start"], row["starts_at"], minutes)


@dataclass(frozen=True)
class Openings:
    """What could begin at a place, from one reading of hours and claims for all the places of some days."""

    hours: Hours
    held: dict[str, list[Held]]
    policies: list[Row]
    rooms: dict[str, list[Row]]
    zones: dict[str, str]

    @classmethod
    def around(cls, reader: Reader, places: Sequence[Row]) -> Openings:
        """Read what bears on these places."""
        providers = sorted({place["provider_id"] for place in places})
        rooms = {place["location_id"]: facts.rooms_of(reader, place["location_id"]) for place in places}
        every = [room for found in rooms.values() for room in found]
        margin = timedelta(days=1)
        start = min(place["starts_at"] for place in places) - margin
        end = max(place["ends_at"] for place in places) + margin
        first, last = start.date() - margin, end.date() + margin
        resources = [*providers, *(room["room_id"] for room in every)]
        rows = facts.held(reader, resources, start, end)
        policies = facts.overlap_policies(reader)
        capacities = {room["room_id"]: room["capacity"] for room in every}
        return cls(
            hours=facts.hours(reader, providers, first, last),
            held=held_by_resource(rows, policies, capacities),
            policies=policies,
            rooms=rooms,
            zones={place["location_id"]: place["zone"] for place in places},
        )

    def can_begin(self, place: Place, service: Row, minutes: int | None = None) -> bool:
        """Whether a visit of the service (or of so many minutes), buffers and a room included, could begin there."""
        if not service["is_active"] or place.provider_id not in service["provider_ids"]:
            return False
        day = place.wall_start.date()
        stretches = as_instants(self.hours.on(place.provider_id, place.location_id, day), self.zones[place.location_id])
        working = [Interval(place.starts_at, one.end) for one in stretches if one.start <= place.starts_at < one.end]

        def full(kind: str, resource_id: str, capacity: int = 1) -> list[Interval]:
            limits = limits_in_force(self.policies, kind, resource_id, service["service_id"], day, capacity)
            return crowded(self.held.get(resource_id, []), limits)

        need = need_of(service, minutes)
        rooms = self.rooms[place.location_id] if need.needs_room else []
        found = fits(
            working,
            need,
            earliest=place.starts_at,
            provider=full("provider", place.provider_id),
            rooms={room["room_id"]: full("room", room["room_id"], room["capacity"]) for room in rooms},
        )
        first = next(iter(found), None)
        return first is not None and first.start == place.starts_at


def freed_places(
    reader: Reader, actor: Actor, *, first: date | None = None, days: int = DAYS_AHEAD, location_id: str | None = None
) -> list[Row]:
    """What came free from today on and still is, in order: columns of the visit that left, `freed_at`, `freed_by`,
    `provider_name`, `service_name`, `location_name`, `fitting` (Ranked, best first), `is_offered` (a round was opened).
    """
    require(actor, Permission.BOOK)
    # A place may lie west of the practice's own zone, where it is still yesterday.
    begin = first or local_date(reader.now, reader.setting("zone", "UTC")) - timedelta(days=1)
    here = (location_id,) if location_id else tuple(sorted(actor.location_ids))
    left = queries.left_visits(reader, begin, begin + timedelta(days=days), here)
    if not left:
        return []
    openings = Openings.around(reader, left)
    services = {row["service_id"]: row for row in people.services(reader, actor, include_inactive=True)}
    spots = [(row, place_of(row)) for row in left]
    free = [row for row, spot in spots if openings.can_begin(spot, services[row["service_id"]], spot.minutes)]
    rounds = queries.rounds_of_places(reader, [row["appointment_id"] for row in free])
    entries = queries.waiting(reader)
    named = names_of_furniture(reader, actor)
    return [
        row
        | named(row)
        | {
            "fitting": ranked(reader, place_of(row), openings, entries, services),
            "is_offered": row["appointment_id"] in rounds,
        }
        for row in free
    ]


def ranked(
    reader: Reader, place: Place, openings: Openings, entries: Sequence[Row], services: dict[str, Row]
) -> list[Ranked]:
    """Everybody whom the place fits, best first."""
    return rank(place, waiting_for(reader, place, openings, entries, services), stored(reader.now))


def waiting_for(
    reader: Reader, place: Place, openings: Openings, entries: Sequence[Row], services: dict[str, Row]
) -> list[Waiting]:
    """The entries with all that judging them for this place needs; the costly part only of those whose wish fits."""
    now = stored(reader.now)
    fallbacks = queries.fallbacks(reader, entries)
    judged = {row["waitlist_entry_id"]: _waiting(row, fallbacks.get(row["fallback_appointment_id"])) for row in entries}
    near = {key: one for key, one in judged.items() if misfit(place, one, now) is None}
    if not near:
        return list(judged.values())
    kept = {row["waitlist_entry_id"]: row["fallback_appointment_id"] for row in entries}
    wanted = {(one.service_id, one.minutes) for one in near.values()}
    bookable = {(key, minutes): openings.can_begin(place, services[key], minutes) for key, minutes in wanted}
    asked = queries.asked_clients(reader)
    until = place.starts_at + timedelta(minutes=max(one.minutes for one in near.values()))
    busy: dict[str, list[Row]] = {}
    for claim in queries.held_then(reader, [one.client_id for one in near.values()], place.starts_at, until):
        busy.setdefault(claim["resource_id"], []).append(claim)
    for key, one in near.items():
        end = place.starts_at + timedelta(minutes=one.minutes)
        judged[key] = replace(
            one,
            is_bookable=bookable[one.service_id, one.minutes],
            is_client_free=not any(
                claim["starts_at"] < end and claim["appointment_id"] != kept[key]
                for claim in busy.get(one.client_id, ())
            ),
            is_asked=one.client_id in asked,
        )
    return list(judged.values())


def names_of_furniture(reader: Reader, actor: Actor) -> Callable[[Row], Row]:
    """A function that names the provider, service and location of a row."""
    providers = {row["provider_id"]: row["name"] for row in people.providers(reader, actor, include_inactive=True)}
    services = {row["service_id"]: row["name"] for row in people.services(reader, actor, include_inactive=True)}
    places = {row["location_id"]: row["name"] for row in people.locations(reader, actor, include_inactive=True)}
    return lambda row: {
        "provider_name": providers[row["provider_id"]],
        "service_name": services[row["service_id"]],
        "location_name": places.get(row["location_id"], ""),
    }


def _waiting(row: Row, fallback: Row | None) -> Waiting:
    """An entry as it is stored, for the pure rules; a fallback that is gone is none, one that stands has its length."""
    is_kept = fallback is not None and fallback["status"] == "scheduled"
    return Waiting(
        entry_id=row["waitlist_entry_id"],
        client_id=row["client_id"],
        service_id=row["service_id"],
        location_ids=tuple(row["location_ids"]),
        provider_ids=tuple(row["provider_ids"]),
        windows=windows_from(row["windows"]),
        earliest_date=row["earliest_date"],
        expires_date=row["expires_date"],
        notice_minutes=row["notice_minutes"],
        urgency=row["urgency"],
        created_at=row["created_at"],
        minutes=fallback["duration_minutes"] if fallback and is_kept else row["minutes"],
        fallback_starts_at=fallback["starts_at"] if fallback and is_kept else None,
    )
