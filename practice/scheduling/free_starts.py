"""Every start at which a booking would pass now: hours, claims, needs, the way between places, and the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from practice.clock import local_date, stored
from practice.scheduling import booking_queries as facts
from practice.scheduling.lanes import Held, crowded, held_by_resource, limits_in_force
from practice.scheduling.model import Interval, union
from practice.scheduling.offers import Busy, Fit, Need, any_room, fits
from practice.scheduling.pools import Member, Pool
from practice.scheduling.rule_book import RuleBook, read_rules
from practice.scheduling.rules import Asked, bookable_from, client_day_breach, provider_day_breach, scopes_of
from practice.scheduling.working import as_instants, days_from, starts_that_can_be_named, whole_day
from practice.store.work import Reader, Row

MARGIN = timedelta(hours=12)
"""How far beyond the days a buffer, or a way between two places, may reach."""


@dataclass(frozen=True)
class Search:
    """Which free starts are looked for. `room_ids` None = any active room of the location.

    `providers` are rows with provider_id and name. Without `is_ruled` the rules of booking are left aside.
    """

    location: Row
    service: Row
    providers: tuple[Row, ...]
    need: Need
    first: date
    days: int
    client_ids: tuple[str, ...] = ()
    room_ids: tuple[str, ...] | None = None
    ignoring: tuple[str, ...] = ()
    audience: str = "everyone"
    is_ruled: bool = True


class _Around:
    """What a search has read: rules, needs, claims; and where each resource is full."""

    def __init__(self, reader: Reader, search: Search) -> None:
        self.search = search
        self.days = list(days_from(search.first, search.days))
        self.may_begin = starts_that_can_be_named(self.days, search.location["zone"])
        start, end = day_start(search.location, self.days[0]), day_start(search.location, self.days[-1] + ONE_DAY)
        self.book: RuleBook = read_rules(reader, search.service["service_id"], search.location["location_id"])
        rooms = facts.rooms_of(reader, search.location["location_id"])
        self.any = {
            room["room_id"]: room for room in rooms if search.room_ids is None or room["room_id"] in search.room_ids
        }
        self.by_day = {day: self._pools(day) for day in self.days}
        pools = [pool for some in self.by_day.values() for pool in some]
        kinds = {one.resource_id: pool.kind for pool in pools for one in pool.members}
        self.capacities = {one.resource_id: one.capacity for pool in pools for one in pool.members}
        resources = [*(row["provider_id"] for row in search.providers), *search.client_ids, *kinds]
        self.rows = facts.held(reader, resources, start - MARGIN, end + MARGIN, search.ignoring)
        self.held = held_by_resource(self.rows, self.book.policies, self.capacities)
        self.full: Mapping[str, list[Interval]] = {key: self.crowd(kind, key) for key, kind in kinds.items()}
        self._days: dict[tuple[str, date], dict[str, str | None]] = {}
        if self.book.rules:
            for row in self.rows:
                if row["kind"] == "care" and row["holder"] != "block":
                    on = self._days.setdefault((row["resource_id"], row["start_date"]), {})
                    on[row["appointment_id"]] = row["service_id"]

    def _pools(self, day: date) -> list[Pool]:
        """What is needed on that day."""
        search = self.search
        if search.need.mode == "video":
            return []
        pools = self.book.pools_on(day)
        if search.need.needs_room and not any(pool.kind == "room" for pool in pools):
            own = tuple(Member(key, room["name"], room["capacity"]) for key, room in self.any.items())
            pools.append(any_room({})[0]._replace(members=own))
        elif search.room_ids is not None and len(search.room_ids) == 1:
            only = search.room_ids[0]
            pools = [
                pool._replace(members=tuple(one for one in pool.members if one.resource_id == only))
                if pool.kind == "room" and pool.quantity == 1
                else pool
                for pool in pools
            ]
        return pools

    def crowd(self, kind: str, resource_id: str, part: str = "care") -> list[Interval]:
        """Where the resource is full for a visit of the service.

        A policy may change within the days asked for: only what passes under each version is offered.
        """
        key, own = self.search.service["service_id"], self.capacities.get(resource_id, 1)
        limits = min(limits_in_force(self.book.policies, kind, resource_id, key, day, own) for day in self.days)
        buffers = self.book.buffers if kind == "provider" else "add"
        return crowded(self.held.get(resource_id, []), limits, buffers=buffers, part=part)

    def busy(self, provider_id: str) -> Busy:
        """Where a provider is full, or on the way."""
        held = self.held.get(provider_id, [])
        away = [found for claim in held if (found := self._away(claim))]
        full = {
            part: union([*self.crowd("provider", provider_id, part), *away])
            for part in (("care",) if self.book.buffers == "add" else ("care", "before", "after"))
        }
        return Busy(**full)

    def _away(self, claim: Held) -> Interval | None:
        minutes = self.book.minutes_between(claim.location_id, self.search.location["location_id"])
        if minutes is None:
            return None
        way = timedelta(minutes=minutes)
        return Interval(claim.starts_at - way, claim.ends_at + way)

    def day_of(self, resource_id: str, day: date) -> dict[str, str | None]:
        """Visits and holds of a provider or a client on a local day: holder → service."""
        return self._days.get((resource_id, day), {})


ONE_DAY = timedelta(days=1)


def free_starts(reader: Reader, search: Search) -> dict[str, list[Fit]]:
    """Every free start by provider, from now on; one reading of hours, rules and claims for all of them.

    Whoever does not work there within these days is left out before anything else about them is read.
    """
    hours = _working(reader, search)
    at_work = tuple(row for row in search.providers if row["provider_id"] in hours)
    if not at_work:
        return {}
    around = _Around(reader, replace(search, providers=at_work))
    clients = [around.crowd("client", client_id) for client_id in search.client_ids]
    return {
        provider["provider_id"]: _of_provider(reader, around, hours[provider["provider_id"]], provider, clients)
        for provider in at_work
    }


def _working(reader: Reader, search: Search) -> dict[str, dict[date, list[Interval]]]:
    """Provider → day → working time as instants, without days and providers that have none."""
    days = list(days_from(search.first, search.days))
    providers = [row["provider_id"] for row in search.providers]
    place, zone = search.location["location_id"], search.location["zone"]
    hours = facts.hours(reader, providers, days[0], days[-1], place)
    found = {
        key: {day: as_instants(walls, zone) for day in days if (walls := hours.on(key, place, day))}
        for key in providers
    }
    return {key: on for key, on in found.items() if on}


def _of_provider(
    reader: Reader,
    around: _Around,
    working: dict[date, list[Interval]],
    provider: Row,
    clients: list[list[Interval]],
) -> list[Fit]:
    search, found = around.search, list[Fit]()
    busy = around.busy(provider["provider_id"])
    first, last = _in_time(reader, around, provider)
    for day, stretches in working.items():
        if day > last or any(len(pool.members) < pool.quantity for pool in around.by_day[day]):
            continue
        if not _may_book(reader, around, provider, day):
            continue
        fitting = fits(
            stretches,
            search.need,
            earliest=stored(reader.now),
            provider=busy,
            clients=clients,
            rooms=around.full,
            pools=around.by_day[day],
        )
        found += [fit for fit in fitting if fit.start >= first and around.may_begin(fit.start)]
    return found


def _asked(reader: Reader, around: _Around, day: date, start: datetime) -> Asked:
    today = local_date(reader.now, around.search.location["zone"])
    return Asked(start, day, stored(reader.now), today, around.search.audience)


def _may_book(reader: Reader, around: _Around, provider: Row, day: date) -> bool:
    """Whether the provider's day, and each client's, has room under the limits of a day."""
    search, rules = around.search, around.book.rules
    if not rules or not search.is_ruled:
        return True
    asked = _asked(reader, around, day, day_start(search.location, day))
    for client_id in search.client_ids or (None,):
        scopes = scopes_of(search.service, provider, search.location, client_id)
        if provider_day_breach(rules, scopes, asked, around.day_of(provider["provider_id"], day)):
            return False
        if client_id and client_day_breach(rules, scopes, asked, len(around.day_of(client_id, day))):
            return False
    return True


def _in_time(reader: Reader, around: _Around, provider: Row) -> tuple[datetime, date]:
    """The first start and the last day that notice and window leave, for every one of the clients."""
    search, now = around.search, stored(reader.now)
    if not around.book.rules or not search.is_ruled:
        return now, date.max
    today = local_date(reader.now, search.location["zone"])
    found = [
        bookable_from(
            around.book.rules,
            scopes_of(search.service, provider, search.location, client_id),
            now,
            today,
            search.audience,
        )
        for client_id in search.client_ids or (None,)
    ]
    return max(first for first, _ in found), min(last for _, last in found)


def need_of(
    service: Row, minutes: int | None = None, *, needs_room: bool | None = None, mode: str = "in_person"
) -> Need:
    """What a visit of the service takes."""
    return Need(
        minutes=minutes or service["duration_minutes"],
        before_minutes=service["buffer_before_minutes"],
        after_minutes=service["buffer_after_minutes"],
        needs_room=service["needs_room"] if needs_room is None else needs_room,
        mode=mode,
    )


def day_start(location: Row, day: date) -> datetime:
    """When a local day begins there (naive UTC)."""
    return as_instants([whole_day(day)], location["zone"])[0].start
