"""The plainest model of a diary: lists that are counted through, five minutes at a time.

It shares nothing with the product: no lanes, no intervals, no zones database. Where it disagrees with the product, one
of the two is wrong. It knows two places in two zones, the way between them, rules of booking, pools and needs, overlap,
rooms that nobody chose, and the days around a clock change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import product

A_MINUTE, FIVE = timedelta(minutes=1), timedelta(minutes=5)
ELM, OAK = "loc-elm", "loc-oak"
ZONES = {ELM: ("America/New_York", -5), OAK: ("America/Chicago", -6)}
"""Each place's zone, and its hours from UTC in winter."""
ROOMS = {"room-1": ELM, "room-2": ELM, "room-3": OAK}
DEVICES = {"device-1": ELM, "device-2": ELM, "device-3": OAK}
OPENS, CLOSES = timedelta(hours=0), timedelta(hours=8)
ORDER = ("client", "service", "provider", "location", "practice")


@dataclass(frozen=True)
class Service:
    minutes: int
    before: int
    after: int
    needs_room: bool


SERVICES = {"svc-talk": Service(45, 0, 15, True), "svc-test": Service(60, 10, 0, False)}


class Year:
    """Either spring, when 2:00 becomes 3:00, or autumn, when 2:00 becomes 1:00, on one Sunday."""

    def __init__(self, sunday: date, *, is_spring: bool) -> None:
        self.sunday, self.is_spring = sunday, is_spring
        self.days = [sunday + timedelta(days=number) for number in (-1, 0, 1)]

    def instant(self, wall: datetime, place: str) -> datetime:
        """In UTC. A skipped time moves on by the gap, a repeated one is its first pass."""
        turn = datetime.combine(self.sunday, datetime.min.time()) + timedelta(hours=3 if self.is_spring else 2)
        is_summer = (wall >= turn) is self.is_spring
        return wall - timedelta(hours=ZONES[place][1] + is_summer)

    def wall(self, instant: datetime, place: str) -> datetime:
        winter = ZONES[place][1]
        two = datetime.combine(self.sunday, datetime.min.time()) + timedelta(hours=2)
        turn = two - timedelta(hours=winter if self.is_spring else winter + 1)
        is_summer = (instant >= turn) is self.is_spring
        return instant + timedelta(hours=winter + is_summer)

    def is_skipped(self, wall: datetime) -> bool:
        return self.is_spring and wall.date() == self.sunday and wall.hour == 2


@dataclass(frozen=True)
class Visit:
    """What the model knows of a live visit; `start` is in UTC. `original` is its date in its series."""

    provider: str
    client: str
    service: str
    place: str
    wall: datetime
    start: datetime
    room: str | None = None
    is_pinned: bool = False
    devices: tuple[str, ...] = ()
    series: str | None = None
    original: datetime | None = None

    @property
    def day(self) -> date:
        return self.wall.date()

    @property
    def end(self) -> datetime:
        return self.start + SERVICES[self.service].minutes * A_MINUTE

    def span(self, kind: str) -> tuple[datetime, datetime]:
        """How long that kind of resource is held."""
        service = SERVICES[self.service]
        before = service.before if kind == "provider" else 0
        after = service.after if kind != "client" else 0
        return self.start - before * A_MINUTE, self.end + after * A_MINUTE

    def claims(self) -> list[tuple[str, str, datetime, datetime]]:
        """(resource, kind of claim, start, end), as the record should have them."""
        rows = []
        things = [one for one in (self.room, *self.devices) if one]
        for kind, names in (("provider", [self.provider]), ("room", things), ("client", [self.client])):
            start, end = self.span(kind)
            for name in names:
                rows.append((name, "care", self.start, self.end))
                rows += [(name, "before", start, self.start)] if start < self.start else []
                rows += [(name, "after", self.end, end)] if end > self.end else []
        return rows


class Versions:
    """What is in force on a day: the last that was said to hold from that day, or from an earlier one."""

    def __init__(self, first: object = None) -> None:
        self.said: list[tuple[date, object]] = [(date.min, first)]

    def say(self, since: date, value: object) -> None:
        self.said = [*(one for one in self.said if one[0] < since), (since, value)]

    def on(self, day: date) -> object:
        return [value for since, value in self.said if since <= day][-1]


class PlainDiary:
    """All that stands and all that is set up. `now` is naive UTC."""

    def __init__(self, year: Year, now: datetime) -> None:
        self.year, self.now = year, now
        self.live: dict[str, Visit] = {}
        self.rules: dict[tuple[str, str, str | None, str], Versions] = {}
        self.overlap: dict[tuple[str, str | None], Versions] = {}
        self.members = {"room": Versions(tuple(ROOMS)), "device": Versions(tuple(DEVICES))}
        self.needs: dict[tuple[str, str], int] = {}
        self.way = 0

    def today(self, place: str = ELM) -> date:
        return self.year.wall(self.now, place).date()

    # --- one visit against all others ---

    def refusals(
        self, wish: Visit, *, is_online: bool = False, is_override: bool = False, ignoring: str | None = None
    ) -> set[str]:
        """Every rule that stands in the way; empty = it must be granted."""
        others = {key: one for key, one in self.live.items() if key != ignoring}
        opens = self.year.instant(datetime.combine(wish.day, datetime.min.time()) + OPENS, wish.place)
        closes = self.year.instant(datetime.combine(wish.day, datetime.min.time()) + CLOSES, wish.place)
        found = set() if is_override or (opens <= wish.start and wish.end <= closes) else {"outside_hours"}
        found |= self._broken(wish, others.values(), is_online=is_online, is_override=is_override)
        for kind, name in (("client", wish.client), ("provider", wish.provider)):
            if self.is_over(kind, name, wish, others, is_override=is_override):
                found.add(f"{kind}_taken")
        for one in others.values():
            (start, end), (a, b) = wish.span("provider"), one.span("provider")
            way = self.way * A_MINUTE
            if one.provider == wish.provider and one.place != wish.place and a - way < end and start < b + way:
                found.add("travel")
        return found | self._things(wish, others, is_override=is_override)

    def _broken(self, wish: Visit, others, *, is_online: bool, is_override: bool) -> set[str]:
        broken = set()
        today = self.today(wish.place)
        same_day = [one for one in others if one.day == wish.day]
        own_day = [one for one in same_day if one.provider == wish.provider]
        for rule, pick in (
            ("notice_minutes", max),
            ("window_days", min),
            ("daily_limit", min),
            ("client_daily_limit", min),
        ):
            rows = [self._rule(rule, wish, today, "everyone")]
            rows += [self._rule(rule, wish, today, "online")] if is_online else []
            rows = [row for row in rows if row]
            if not rows:
                continue
            value = pick(row[0] for row in rows)
            _, scope, audience = next(row for row in rows if row[0] == value)
            counted = [one for one in own_day if scope != "service" or one.service == wish.service]
            is_broken = {
                "notice_minutes": self.now <= wish.start < self.now + value * A_MINUTE,
                "window_days": (wish.day - today).days > value,
                "daily_limit": len(counted) >= value,
                "client_daily_limit": sum(one.client == wish.client for one in same_day) >= value,
            }[rule]
            if is_broken and not (is_override and audience == "everyone"):
                broken.add(rule)
        return broken

    def _rule(self, rule: str, wish: Visit, today: date, audience: str) -> tuple[int, str, str] | None:
        """(value, whose, for whom) of the most specific one in force."""
        ids = {"client": wish.client, "service": wish.service, "provider": wish.provider, "location": wish.place}
        for scope in ORDER:
            versions = self.rules.get((rule, scope, ids.get(scope), audience))
            value = versions.on(today) if versions else None
            if value is not None:
                return value, scope, audience
        return None

    def limits(self, kind: str, service: str, day: date) -> tuple[int, int]:
        """How many may share it: without a reason, with one."""
        for key in ((kind, service), (kind, None)):
            said = self.overlap[key].on(day) if key in self.overlap else None
            if said:
                return said
        return 1, 1

    def is_over(self, kind: str, name: str, wish: Visit, others: dict[str, Visit], *, is_override: bool) -> bool:
        """Whether the wish would be one too many on it at any time."""
        there = [one for one in others.values() if name in (one.provider, one.client, one.room, *one.devices)]
        at, end = wish.span(kind)
        while at < end:
            sharing = [one for one in there if one.span(kind)[0] <= at < one.span(kind)[1]]
            most = min(self.limits(kind, one.service, one.day)[is_override] for one in (wish, *sharing))
            if sharing and len(sharing) >= most:
                return True
            at += FIVE
        return False

    # --- rooms and devices ---

    def pool(self, kind: str, wish: Visit) -> list[str]:
        """Members of the pool at the place on the day of the visit."""
        here = ROOMS if kind == "room" else DEVICES
        return [name for name in self.members[kind].on(wish.day) if here[name] == wish.place]

    def rooms_that_do(self, wish: Visit) -> list[str]:
        """For a visit whose room nobody chose; a visit that has one keeps having one."""
        if self.needs.get((wish.service, "room")):
            return self.pool("room", wish)
        needs_one = SERVICES[wish.service].needs_room or wish.room
        return [name for name, place in ROOMS.items() if place == wish.place] if needs_one else []

    def _things(self, wish: Visit, others: dict[str, Visit], *, is_override: bool) -> set[str]:
        found = set()
        by_pool = self.needs.get((wish.service, "room"), 0)
        if by_pool and not wish.is_pinned and not self.pool("room", wish):
            found.add("pool_too_small")
        if wish.is_pinned:
            if by_pool and wish.room not in self.pool("room", wish):
                found.add("room_not_in_pool")
            if self.is_over("room", wish.room, wish, others, is_override=is_override):
                found.add("room_taken")
        elif (
            (rooms := self.rooms_that_do(wish))
            and not self.free_rooms(wish, others)
            and not self.can_lead(wish, rooms, others)
            and not (is_override and self.may_be_over(wish, rooms, others))
        ):
            found.add("room_taken")
        wanted = self.needs.get((wish.service, "device"), 0)
        devices = self.pool("device", wish)
        free = [one for one in devices if not self.is_over("equipment", one, wish, others, is_override=False)]
        if wanted > len(devices):
            found.add("pool_too_small")
        elif wanted > len(free):
            found.add("equipment_taken")
        return found

    def free_rooms(self, wish: Visit, others: dict[str, Visit]) -> list[str]:
        return [
            one for one in self.rooms_that_do(wish) if not self.is_over("room", one, wish, others, is_override=False)
        ]

    def may_be_over(self, wish: Visit, rooms: list[str], others: dict[str, Visit]) -> bool:
        """A reason counts for a room that nobody chose where the place has no other."""
        here = [name for name, place in ROOMS.items() if place == wish.place]
        return rooms == here and len(here) == 1 and not self.is_over("room", here[0], wish, others, is_override=True)

    def can_lead(self, wish: Visit, rooms: list[str], others: dict[str, Visit]) -> bool:
        """Whether visits whose room nobody chose could be spread so that the wish fits; every way is tried."""
        rest = {key: one for key, one in others.items() if self.may_be_led(one) and one.place == wish.place}
        near, moving = [wish], {}
        while grown := {key: one for key, one in rest.items() if any(_meet(one, other) for other in near)}:
            near += grown.values()
            moving |= grown
            rest = {key: one for key, one in rest.items() if key not in grown}
        fixed = {key: one for key, one in others.items() if key not in moving}
        choices = [list(dict.fromkeys([one.room, *self.rooms_that_do(one)])) for one in moving.values()]
        for chosen in product(rooms, *choices):
            placed = [replace(one, room=room) for one, room in zip([wish, *moving.values()], chosen, strict=True)]
            if self._all_fit(placed, fixed):
                return True
        return False

    def may_be_led(self, one: Visit) -> bool:
        return one.room is not None and not one.is_pinned and one.start > self.now

    def _all_fit(self, placed: list[Visit], fixed: dict[str, Visit]) -> bool:
        standing = dict(fixed)
        for number, one in enumerate(placed):
            if self.is_over("room", one.room, one, standing, is_override=False):
                return False
            standing[f"placed {number}"] = one
        return True


def _meet(one: Visit, other: Visit) -> bool:
    (a, b), (c, d) = one.span("room"), other.span("room")
    return a < d and c < b
