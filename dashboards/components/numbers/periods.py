"""What "the last 30 days", "the period before it" and "its history" mean. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

HISTORY = 12
"""Points of a tile's little chart: as many slices of a fitting length, ending with the window."""


@dataclass(frozen=True)
class Window:
    """Two inclusive dates."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def before(self) -> Window:
        """The window of the same length just before this one."""
        return Window(self.first - timedelta(self.days), self.first - timedelta(1))

    def in_words(self) -> str:
        """`22 Oct to 20 Nov 2026`; the year of the first day only where it differs."""
        if self.first == self.last:
            return f"{self.last:%-d %b %Y}"
        first = f"{self.first:%-d %b}" + (f" {self.first:%Y}" if self.first.year != self.last.year else "")
        return f"{first} to {self.last:%-d %b %Y}"


def months_before(day: date, months: int) -> date:
    """The same day of the month so many months earlier, or that month's last day."""
    place = day.year * 12 + day.month - 1 - months
    year, month = divmod(place, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _last_days(days: int) -> Callable[[date], Window]:
    return lambda today: Window(today - timedelta(days - 1), today)


def _last_month(today: date) -> Window:
    end = today.replace(day=1) - timedelta(1)
    return Window(end.replace(day=1), end)


PERIODS: dict[str, tuple[str, Callable[[date], Window]]] = {
    "7-days": ("7 days", _last_days(7)),
    "30-days": ("30 days", _last_days(30)),
    "90-days": ("90 days", _last_days(90)),
    "12-months": ("12 months", _last_days(365)),
    "this-month": ("This month", lambda today: Window(today.replace(day=1), today)),
    "last-month": ("Last month", _last_month),
    "this-quarter": (
        "This quarter", lambda today: Window(date(today.year, (today.month - 1) // 3 * 3 + 1, 1), today),
    ),
    "this-year": ("This year", lambda today: Window(date(today.year, 1, 1), today)),
}  # fmt: skip
"""Name in the address → label, and its days up to and including today: what was billed a minute ago counts."""
DATES = "dates"
"""The period that is two dates of one's own."""
DEFAULT = "30-days"
_MONTHS = {"this-month": 1, "last-month": 1, "this-quarter": 3, "this-year": 12}


def window(period: str, today: date) -> Window:
    """The named period as it stands today."""
    return PERIODS[period][1](today)


def compared(period: str, current: Window, *, by_year: bool) -> Window:
    """What a window is compared with: the same days a year earlier, or the period before.

    A month, quarter or year that still runs is compared with as many days of the one before.
    """
    if by_year:
        return Window(months_before(current.first, 12), months_before(current.last, 12))
    if period == "last-month":
        return _last_month(current.first)
    if period in _MONTHS:
        months = _MONTHS[period]
        return Window(months_before(current.first, months), months_before(current.last, months))
    return current.before()


def history(current: Window) -> list[Window]:
    """Twelve consecutive slices that end with the window: weeks for up to a month, else thirty days each."""
    step = 7 if current.days <= 31 else 30
    ends = [current.last - timedelta(step * i) for i in range(HISTORY)]
    return [Window(end - timedelta(step - 1), end) for end in reversed(ends)]


def steps(current: Window) -> tuple[str, Window]:
    """How a trend over the window is cut, by week or by month, and its days: whole steps, twelve weeks at least."""
    first = min(current.first, current.last - timedelta(83))
    if (current.last - first).days <= 190:
        return "week", Window(first - timedelta(first.weekday()), current.last)
    return "month", Window(first.replace(day=1), current.last)
