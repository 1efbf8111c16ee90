"""Working time, purely: weekly hours, plus extra hours, minus closures and time off, in wall time and as instants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from practice.clock import stored, to_instant, to_wall
from practice.scheduling.model import Interval, in_force, subtract, union

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Hours:
    """Rows of availability, availability_exceptions and time_off; withdrawn ones are left out by the query."""

    weekly: Rows
    exceptions: Rows
    time_off: Rows

    @cached_property
    def _by_place(self) -> dict[tuple[str, str], list[Mapping[str, Any]]]:
        found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        for row in self.weekly:
            found.setdefault((row["provider_id"], row["location_id"]), []).append(row)
        return found

    def on(self, provider_id: str, location_id: str, day: date) -> list[Interval]:
        """When the provider works at the location on that day, in wall time.

        The more specific word counts: hours of the week, then the location's exceptions, then the provider's own,
        then time off. At the same level closed beats open. Extra hours of a whole location are for the providers who
        have weekly hours there.
        """
        own = [row for row in self._by_place.get((provider_id, location_id), ()) if in_force(row, day)]
        if not own and day not in self._exceptions_on:
            return []
        today = [row for row in own if row["weekday"] == day.isoweekday()]
        open_ = union(
            Interval(datetime.combine(day, row["start_time"]), datetime.combine(day, row["end_time"])) for row in today
        )
        for whose in (None, provider_id):
            extra = self._exceptions(whose, location_id, day, is_open=True) if own or whose else []
            open_ = subtract([*open_, *extra], self._exceptions(whose, location_id, day, is_open=False))
        return [] if self.is_off(provider_id, day) else open_

    def closed(self, provider_id: str, location_id: str, day: date) -> list[Interval]:
        """Closures of the location or the provider on that day, in wall time."""
        return union(
            stretch
            for whose in (None, provider_id)
            for stretch in self._exceptions(whose, location_id, day, is_open=False)
        )

    def is_off(self, provider_id: str, day: date) -> bool:
        """Whether the provider has time off on that day."""
        return any(
            row["provider_id"] == provider_id and row["start_date"] <= day <= row["end_date"] for row in self.time_off
        )

    @cached_property
    def _exceptions_on(self) -> dict[date, list[Mapping[str, Any]]]:
        found: dict[date, list[Mapping[str, Any]]] = {}
        for row in self.exceptions:
            found.setdefault(row["exception_date"], []).append(row)
        return found

    def _exceptions(self, whose: str | None, location_id: str, day: date, *, is_open: bool) -> list[Interval]:
        return [
            Interval(datetime.combine(day, row["start_time"]), datetime.combine(day, row["end_time"]))
            if row["start_time"] is not None
            else whole_day(day)
            for row in self._exceptions_on.get(day, ())
            if row["location_id"] == location_id and row["provider_id"] == whose and bool(row["is_open"]) is is_open
        ]


def whole_day(day: date) -> Interval:
    """From midnight to midnight on the wall."""
    start = datetime.combine(day, time())
    return Interval(start, start + timedelta(days=1))


def days_from(first: date, count: int) -> Iterator[date]:
    """`count` days, beginning with `first`."""
    return (first + timedelta(days=number) for number in range(count))


def as_instants(walls: Sequence[Interval], zone: str) -> list[Interval]:
    """The same stretches as instants (naive UTC). Hours that begin inside a skipped hour begin after the gap."""
    instants = (Interval(stored(to_instant(start, zone)), stored(to_instant(end, zone))) for start, end in walls)
    return [stretch for stretch in instants if stretch.start < stretch.end]


def starts_that_can_be_named(days: Sequence[date], zone: str) -> Callable[[datetime], bool]:
    """Whether a wall time means a start (naive UTC) on one of these days: the second pass of a repeated hour has the
    names of the first, and a visit of that name begins in the first. Clocks are asked on longer days only.
    """
    longer = [
        stretch
        for day in days
        for stretch in as_instants([whole_day(day)], zone)
        if stretch.end - stretch.start > timedelta(days=1)
    ]

    def may_begin(start: datetime) -> bool:
        return not any(stretch.start <= start < stretch.end for stretch in longer) or (
            stored(to_instant(to_wall(start, zone), zone)) == start
        )

    return may_begin


def is_inside(stretches: Sequence[Interval], start: datetime, end: datetime) -> bool:
    """Whether one of the stretches holds all of [start, end)."""
    return any(stretch.start <= start and end <= stretch.end for stretch in stretches)
