"""The page's period and filters: what "this period", "the one before" and "its history" mean. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

LENGTHS = {"30 days": 30, "90 days": 90, "12 months": 365}
HISTORY = 12
"""Points of a tile's little chart: as many periods of a fitting length, ending with this one."""


@dataclass(frozen=True)
class Window:
    """Two inclusive dates."""

    first: date
    last: date

    def before(self) -> Window:
        """The window of the same length just before this one."""
        length = (self.last - self.first).days + 1
        return Window(self.first - timedelta(length), self.first - timedelta(1))


def window(length: str, today: date) -> Window:
    """The last days up to and including today: what was booked and billed a minute ago is in the numbers."""
    return Window(today - timedelta(LENGTHS[length] - 1), today)


def history(current: Window) -> list[Window]:
    """Up to twelve consecutive slices that end with the current window; a week long at least."""
    days = (current.last - current.first).days + 1
    step = 7 if days <= 30 else 30
    ends = [current.last - timedelta(step * i) for i in range(HISTORY)]
    return [Window(end - timedelta(step - 1), end) for end in reversed(ends)]
