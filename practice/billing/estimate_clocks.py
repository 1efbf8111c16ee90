"""By when a good-faith estimate is due (45 CFR 149.610(b)(1)), and what a bill far above it is. Pure.

Business days are Monday to Friday without the days on which the whole practice is closed.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

SOON, FAR = 3, 10
"""Business days ahead from which a booking asks for an estimate within one, or within three, business days."""
LONGEST_DAYS = 366
"""One estimate covers recurring visits of at most twelve months."""
RENEW_DAYS = 30
"""So many days before an estimate ends it is to be renewed, if visits go on."""
FAR_ABOVE = 400
"""Major units (dollars) above the estimate from which a client may dispute the bill (45 CFR 149.620)."""


def business_days(begin: date, end: date, closed: Collection[date] = ()) -> int:
    """Days of business after `begin` up to and with `end`; 0 if it is not later. `closed` are the practice's own."""
    days = max((end - begin).days, 0)
    weeks, rest = divmod(days, 7)
    weekdays = weeks * 5 + sum((begin + timedelta(days=weeks * 7 + n)).weekday() < 5 for n in range(1, rest + 1))
    return weekdays - sum(begin < day <= end and day.weekday() < 5 for day in set(closed))


def after_business_days(begin: date, count: int, closed: Collection[date] = ()) -> date:
    """The day on which that many days of business after `begin` have passed."""
    day = begin
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5 and day not in closed
    return day


def due_when_booked(booked: date, visit: date, closed: Collection[date] = ()) -> date | None:
    """By when the estimate of a booked visit is due; None for one booked less than three business days ahead."""
    ahead = business_days(booked, visit, closed)
    if ahead < SOON:
        return None
    return after_business_days(booked, 3 if ahead >= FAR else 1, closed)


def due_when_asked(asked: date, closed: Collection[date] = ()) -> date:
    """By when the estimate that somebody asked for is due."""
    return after_business_days(asked, 3, closed)
