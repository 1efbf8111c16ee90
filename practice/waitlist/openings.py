"""Places that came free and still are, and whom each of them fits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from practice.access.permissions import SYSTEM, Actor, Permission, require
from practice.clock import local_date, stored
from practice.errors import Refusal
from practice.people import queries as people
from practice.scheduling import booking_queries as facts
from practice.scheduling.free_starts import need_of
from practice.scheduling.lanes import Held, crowded, held_by_resource, limits_in_force
from practice.scheduling.model import Interval
from practice.scheduling.offers import fits
from practice.scheduling.working import Hours, as_instants
from practice.store.work import Reader, Row
from practice.waitlist import freed_queries, queries
from practice.waitlist.booking import Trial, coming_fallback, refusal_of
from practice.waitlist.model import Place, Waiting, misfit, rank, windows_from

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
    `provider_name`, `service_name`, `location_name`, `fitting` (Ranked, best first), `is_offered` (a round was opened),
    `seats_left` (None = the whole place; else so many seats of a group).
    """
    require(actor, Permission.BOOK)
    # A place may lie west of the practice's own zone, where it is still yesterday.
    begin = first or local_date(reader.now, reader.setting("zone", "UTC")) - timedelta(days=1)
    here = (location_id,) if location_id else tuple(sorted(actor.location_ids))
    free = still_free(reader, actor, begin, begin + timedelta(days=days), here)
    if not free:
        return []
    rounds = freed_queries.rounds_of(reader, [row["appointment_id"] for row in free])
    entries = queries.waiting(reader)
    judge = Judge(reader, entries, [place_of(row) for row in free])
    named = names_of_furniture(reader, actor)
    return [
        row
        | named(row)
        | {
            "fitting": rank(place_of(row), judge.waiting_for(place_of(row)), stored(reader.now)),
            "is_offered": any(_is_for(row, round_) for round_ in rounds.get(row["appointment_id"], ())),
        }
        for row in free
    ]


def still_free(reader: Reader, actor: Actor, first: date, last: date, location_ids: Sequence[str] = ()) -> list[Row]:
    """What visits have left of these days and nobody has taken: their places, and their seats in groups that stand."""
    left = freed_queries.left_visits(reader, first, last, location_ids)
    seats = freed_queries.left_seats(reader, first, last, location_ids)
    if left:
        openings = Openings.around(reader, left)
        services = {row["service_id"]: row for row in people.services(reader, actor, include_inactive=True)}
        spots = [(row, place_of(row)) for row in left]
        left = [row for row, spot in spots if openings.can_begin(spot, services[row["service_id"]], spot.minutes)]
    return sorted([*left, *seats], key=lambda row: (row["starts_at"], row["appointment_id"]))


def _is_for(place: Row, round_: Row) -> bool:
    """Whether this round has offered the place. The next seat is offered when the one before has been taken."""
    if place["seats_left"] is None or round_["status"] == "open":
        return True
    return bool(round_["opened_at"] >= place["freed_at"] and round_["status"] != "filled")


class Judge:
    """Who could be booked where: wishes by the pure rules, the rest by trying what accepting would do."""

    def __init__(self, reader: Reader, entries: Sequence[Row], places: Sequence[Place]) -> None:
        """Reads what bears on all these entries and places at once."""
        self.now = stored(reader.now)
        self.rows = {row["waitlist_entry_id"]: row for row in entries}
        fallbacks = queries.fallbacks(reader, entries)
        self.entries = {
            key: _waiting(row, fallbacks.get(row["fallback_appointment_id"])) for key, row in self.rows.items()
        }
        self.asked = queries.asked_clients(reader)
        self.refusals: dict[tuple[Place, str], Refusal] = {}
        self.trial = Trial(reader, SYSTEM)
        near = [one for place in places for one in self.entries.values() if misfit(place, one, self.now) is None]
        if near:
            rooms = [room["room_id"] for key in {p.location_id for p in places} for room in facts.rooms_of(reader, key)]
            providers = {place.provider_id for place in places}
            self.trial.read_ahead(
                [*rooms, *(one.client_id for one in near)], providers, [place.starts_at for place in places]
            )

    def waiting_for(self, place: Place) -> list[Waiting]:
        """The entries with all that ranking them for this place needs; booking is tried only of those it would suit."""
        return [
            self._tried(place, one) if misfit(place, one, self.now) is None else one for one in self.entries.values()
        ]

    def _tried(self, place: Place, one: Waiting) -> Waiting:
        if one.client_id in self.asked:
            return replace(one, is_asked=True)
        entry = self.rows[one.entry_id]
        spot = {"provider_id": place.provider_id, "location_id": place.location_id, "wall_start": place.wall_start}
        refusal = refusal_of(self.trial, spot, entry, coming_fallback(self.trial, entry))
        if refusal is None:
            return one
        self.refusals[place, one.entry_id] = refusal
        is_own = refusal.rule == "client_taken"
        return replace(one, is_client_free=not is_own, is_bookable=is_own)


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
