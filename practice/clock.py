"""Time is passed in. Instants are UTC and stored without a zone; local dates are computed here, never in SQL."""

from __future__ import annotations

import importlib.resources
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from practice.errors import Refusal

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Between them lies every date that a practice means; another year is mistyped."""

Clock = Callable[[], datetime]
"""Returns the present instant: an aware datetime in UTC."""

DEMO_DAY_STARTS = time(9, 30)
DEMO_DAY_ENDS = time(20, 0)


def system_clock() -> datetime:
    """The present instant in UTC."""
    return datetime.now(UTC)


def fixed_clock(instant: datetime) -> Clock:
    """A clock that stands still."""
    return lambda: instant


def demo_clock(today: date, zone: str, *, real: Clock = system_clock) -> Clock:
    """The demo's clock: each start of a process begins at 9:30 on its stored day, and stays within that day."""
    opened = real()
    starts, ends = (to_instant(datetime.combine(today, at), zone) for at in (DEMO_DAY_STARTS, DEMO_DAY_ENDS))
    return lambda: min(starts + max(real() - opened, timedelta()), ends)


@cache
def zone_of(name: str) -> ZoneInfo:
    """The zone by its IANA name, from the pinned `tzdata` package. Raises ValueError for an unknown name."""
    parts = name.split("/")
    if not name or any(part in ("", ".", "..") for part in parts):
        raise ValueError(f"{name!r} is not an IANA time zone, such as Europe/Berlin.")
    source = importlib.resources.files("tzdata.zoneinfo").joinpath(*parts)
    try:
        with source.open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
    except (FileNotFoundError, IsADirectoryError, ValueError) as error:
        raise ValueError(f"{name!r} is not an IANA time zone, such as Europe/Berlin.") from error


def to_instant(wall: datetime, zone: str) -> datetime:
    """The instant of a wall time. A repeated hour means its first pass; a skipped one moves on by the gap."""
    local = wall.replace(tzinfo=zone_of(zone), fold=0)
    return local.astimezone(UTC)


def to_wall(instant: datetime, zone: str) -> datetime:
    """What a clock on the wall of `zone` shows: a naive datetime."""
    return as_utc(instant).astimezone(zone_of(zone)).replace(tzinfo=None, fold=0)


def local_date(instant: datetime, zone: str) -> date:
    """The calendar day in `zone`."""
    return to_wall(instant, zone).date()


def plausible(day: date, field: str) -> date:
    """The day itself. Refuses a year that nobody means: reckoning also fails at the ends of the calendar."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Refusal(f"{day} is not between {FIRST_YEAR} and {LAST_YEAR}; check the year.", rule="year", field=field)
    return day


def as_utc(instant: datetime) -> datetime:
    """An aware instant, from an aware one or from a stored (naive UTC) one."""
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def stored(instant: datetime) -> datetime:
    """The form in which the record keeps an instant: naive UTC."""
    if instant.tzinfo is None:
        return instant
    return (instant if instant.tzinfo is UTC else instant.astimezone(UTC)).replace(tzinfo=None)
