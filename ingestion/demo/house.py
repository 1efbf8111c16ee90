"""The practice before its first visit: places, people who work there, services, payers, closures and absences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import holidays
import numpy as np
import pyarrow as pa

from ingestion.demo import hours
from ingestion.demo.columns import DAY, HOUR, NEVER, Array, Zones, as_date, day_number, new_ids
from ingestion.demo.sizes import PLACES, Size, months_before

HORIZON_DAYS = 70
"""How far ahead clients book."""

INTAKE, INDIVIDUAL, FOLLOW_UP, FAMILY, GROUP_SESSION = range(5)
SERVICES = (
    # name, code, minutes, buffer before, buffer after, fee, capacity, for new clients
    ("Intake assessment", "INT80", 80, 0, 10, 240_00, 1, True),
    ("Individual session", "IND50", 50, 0, 10, 165_00, 1, False),
    ("Short follow-up", "FUP25", 25, 0, 5, 95_00, 1, False),
    ("Family session", "FAM80", 80, 0, 10, 230_00, 1, False),
    ("Group session", "GRP70", 70, 10, 10, 60_00, 8, False),
)
FEES = np.array([service[5] for service in SERVICES])
MINUTES = np.array([service[2] for service in SERVICES])
BEFORE = np.array([service[3] for service in SERVICES])
AFTER = np.array([service[4] for service in SERVICES])

PAYERS = (
    # name, kind, share of the fee that is allowed, share of insured clients, median days to pay
    ("Harbor Health Plan", "commercial", 0.74, 0.38, 19),
    ("Meridian Mutual", "commercial", 0.67, 0.27, 26),
    ("State Care", "public", 0.52, 0.22, 33),
    ("Northline Employee Assistance", "employer", 0.82, 0.13, 15),
)
PAYER_DAYS = np.array([payer[4] for payer in PAYERS])
REFERRALS = (
    ("Website", "web"), ("Word of mouth", "client"), ("Family doctor", "professional"),
    ("School counsellor", "professional"),
    ("Health plan directory", "payer"), ("Community open day", "event"), ("Unknown", "unknown"),
)  # fmt: skip
_NOT_KEPT = ("Columbus Day", "Veterans Day", "Washington")
"""Federal holidays on which the practice is open."""


@dataclass
class House:
    """What the rest of the generator reads. Days are numbers; `ids` and `names` have an Arrow array for a table."""

    size: Size
    zones: Zones
    first_day: int
    today: int
    last_day: int
    claims_since: int
    """From which visits on claims were sent from here; before, they were sent on paper."""
    now: int
    began: int
    joins: list[int]
    leaves: list[int]
    weeks: list[hours.Week]
    rooms: list[tuple[int, str, int]]
    room_of: dict[tuple[int, int, int], int]
    allowed: Array
    allowed_from: list[date]
    holidays: dict[int, str]
    storm_day: int
    leave: list[tuple[int, int, int]]
    sick: list[tuple[int, int]]
    ids: dict[str, pa.Array]
    names: dict[str, pa.Array]
    policies: dict[str, Array]
    """Of each policy: client and payer; empty until they are written."""
    no_fee: tuple[int, int] | None = None
    """The days from and until which one fee was zero by mistake (`leaks`)."""

    def year_index(self, days: Array) -> Array:
        """Which of the payers' contract years a day falls into."""
        starts = np.array([day_number(day) for day in self.allowed_from])
        return np.maximum(np.searchsorted(starts, days, "right") - 1, 0)

    def away(self) -> tuple[Array, Array]:
        """(planned, sudden) absence per provider and day, from `first_day` on; the storm closes everything."""
        shape = (self.size.providers, self.last_day - self.first_day + 1)
        planned, sudden = np.zeros(shape, bool), np.zeros(shape, bool)
        for day in self.holidays:
            planned[:, day - self.first_day] = True
        for provider, begins, ends in self.leave:
            planned[provider, max(begins - self.first_day, 0) : ends - self.first_day + 1] = True
        for provider, day in self.sick:
            sudden[provider, day - self.first_day] = True
        sudden[:, self.storm_day - self.first_day] = True
        return planned, sudden & ~planned


def build_house(size: Size, today: date, dice: np.random.Generator) -> House:
    """The practice of that size, with a history that ends on `today`."""
    begins = months_before(today, size.months)
    first = day_number(begins) - begins.weekday()  # a Monday
    now_day = day_number(today)
    last = now_day + HORIZON_DAYS
    zones = Zones([zone for _, zone in PLACES[: size.locations]], first - 60, last + 10)
    joins = [first if i < size.founders else _join_day(size, i, first, now_day) for i in range(size.providers)]
    leaves = [_leave_day(size, i, joins[i], now_day) for i in range(size.providers)]
    changes = [first + (now_day - first) * percent // 100 // 7 * 7 for percent in size.changes_at]
    made = hours.weeks(size, first, joins, leaves, changes, dice)
    listed, room_of = hours.rooms(size, made)
    closed = _holidays(first, last)
    # Today is a working day like any other: the pages show it.
    closed.pop(now_day, None)
    years = range(begins.year, today.year + 1)
    raises = (1 + size.raise_percent / 100) ** np.arange(len(years))
    shares = np.array([payer[2] for payer in PAYERS])
    allowed = np.round(raises[:, None, None] * shares[None, :, None] * FEES[None, None, :] / 100) * 100
    zone = np.array([0])
    return House(
        size=size, zones=zones, first_day=first, today=now_day, last_day=last,
        claims_since=first if size.claims_months is None else day_number(months_before(today, size.claims_months)),
        now=int(zones.to_utc(np.array([now_day * DAY + 9 * HOUR + HOUR // 2]), zone)[0]),
        began=int(zones.to_utc(np.array([(first - 28) * DAY + 9 * HOUR]), zone)[0]),
        joins=joins, leaves=leaves, weeks=made, rooms=listed, room_of=room_of,
        allowed=np.minimum(allowed, FEES).astype(np.int64), allowed_from=[date(year, 1, 1) for year in years],
        holidays=closed, storm_day=_storm(first, now_day, closed),
        leave=[span for span in _leave(size, joins, first, now_day, last, dice) if span[2] <= leaves[span[0]]],
        sick=[(who, day) for who, day in _sick(size, joins, now_day, dice) if day <= leaves[who]], ids={}, names={},
        policies={},
    )  # fmt: skip


def give_ids(house: House, dice: np.random.Generator) -> None:
    """Ids for everything that is set up before the first visit."""
    counts = {
        "locations": house.size.locations, "rooms": len(house.rooms), "providers": house.size.providers,
        "services": len(SERVICES), "payers": len(PAYERS), "referral_sources": len(REFERRALS), "users": 6,
    }  # fmt: skip
    for table, count in counts.items():
        house.ids[table] = new_ids(np.full(count, house.began), dice)


def _join_day(size: Size, provider: int, first: int, today: int) -> int:
    """The later ones join in equal steps, on Mondays."""
    step = (provider - size.founders + 1) / (size.providers - size.founders + 1)
    return first + int((today - first) * step * 0.8) // 7 * 7


def _leave_day(size: Size, provider: int, joined: int, today: int) -> int:
    """The last day, a Friday, of those who leave; NEVER for the others, and for who came less than a year before."""
    if not size.leaves_each or provider % size.leaves_each != size.leaves_each - 2:
        return int(NEVER)
    share = (5 + provider % 5) / 10
    day = joined + int((today - joined) * share) // 7 * 7 + 4
    return day if day - joined > 365 else int(NEVER)


def _holidays(first: int, last: int) -> dict[int, str]:
    """Days on which the whole practice is closed, with the reason; the day after Thanksgiving as well."""
    years = range(as_date(first).year, as_date(last).year + 1)
    closed = {}
    for day, name in sorted(holidays.US(years=years).items()):
        if not name.startswith(_NOT_KEPT):
            closed[day_number(day)] = name
            if name.startswith("Thanksgiving"):
                closed[day_number(day) + 1] = "Day after Thanksgiving"
    return {day: name for day, name in closed.items() if first <= day <= last}


def _storm(first: int, today: int, closed: dict[int, str]) -> int:
    """One Wednesday on which the practice could not open."""
    day = first + (today - first) // 3 // 7 * 7 + 2
    return day + 7 if day in closed else day


def _leave(
    size: Size, joins: list[int], first: int, today: int, last: int, dice: np.random.Generator
) -> list[tuple[int, int, int]]:
    """Planned time off as (provider, first day, last day): summer, winter, a week in spring."""
    spans = []
    for provider in range(size.providers):
        for year in range(as_date(first).year, as_date(last).year + 1):
            summer = day_number(date(year, 6, 15)) + int(dice.integers(0, 9)) * 7
            length = int(dice.choice([5, 7, 12]))
            wanted = [(summer, length)]
            if dice.random() < 0.5:
                wanted.append((day_number(date(year, 12, 24)), int(dice.choice([5, 8]))))
            if dice.random() < 0.4:
                wanted.append((day_number(date(year, 3, 20)) + int(dice.integers(0, 4)) * 7, 5))
            spans += [
                (provider, begins, begins + days)
                for begins, days in wanted
                if begins > max(joins[provider], first) + 20 and begins + days <= last and abs(begins - today) > days
            ]
    return spans


def _sick(size: Size, joins: list[int], today: int, dice: np.random.Generator) -> list[tuple[int, int]]:
    """Single days on which a provider could not come: about three a year."""
    found = []
    for provider in range(size.providers):
        begins = joins[provider] + 10
        days = dice.integers(begins, today - 1, max(1, int((today - begins) / 365 * 4.2)))
        found += [(provider, int(day)) for day in np.unique(days) if (day + 3) % 7 < 5]
    return found
