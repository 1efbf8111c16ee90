"""Dates, times and durations of a calendar file, with the zone that each of them means."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from practice.calendars.lines import Component, Property
from practice.calendars.recurrence import Budget, instances
from practice.calendars.rules import parse_rule
from practice.calendars.zones import ZoneClock, zone_named
from practice.errors import Refusal

_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")
_DURATION = re.compile(r"([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)(\d\d)?")
_LOOK_BACK = timedelta(days=800)
"""A zone's last change before a window is found within it, where the zone changes at all every year."""


class Clock(Protocol):
    """Turns wall times into instants (naive UTC) and back."""

    name: str

    def instant(self, wall: datetime) -> datetime:
        """The instant of a wall time."""

    def wall(self, instant: datetime) -> datetime:
        """What the clock shows at an instant."""


class Moment(NamedTuple):
    """A wall time of a clock; of an all-day event its midnight, on the calendar's own clock."""

    wall: datetime
    clock: Clock
    is_date: bool = False

    @property
    def instant(self) -> datetime:
        """Naive UTC."""
        return self.clock.instant(self.wall)


@dataclass(frozen=True)
class Window:
    """The stretch of time that is asked for, as instants (naive UTC)."""

    start: datetime
    end: datetime


class FileClock:
    """A zone that a file defines itself (VTIMEZONE) under a name that nobody else knows."""

    def __init__(self, name: str, component: Component, window: Window) -> None:
        self.name: str = name
        turns: list[tuple[datetime, timedelta, timedelta]] = []
        for part in component.inner:
            if part.name in ("STANDARD", "DAYLIGHT"):
                before, after = (_offset(part.text(which)) for which in ("TZOFFSETFROM", "TZOFFSETTO"))
                turns += [(onset - before, before, after) for onset in _onsets(part, window)]
        if not turns:
            raise Refusal(f"The file's own time zone {name!r} says nothing.", rule="zone")
        turns.sort()
        self._at = [at for at, _, _ in turns]
        self._offsets = [turns[0][1], *(after for _, _, after in turns)]

    def _offset_at(self, instant: datetime) -> timedelta:
        return self._offsets[bisect_right(self._at, instant)]

    def instant(self, wall: datetime) -> datetime:
        """A repeated hour means its first pass; a skipped one moves on by the gap."""
        offsets = sorted(set(self._offsets), reverse=True)
        for offset in offsets:
            if self._offset_at(wall - offset) == offset:
                return wall - offset
        return wall - self._offset_at(wall - offsets[0])

    def wall(self, instant: datetime) -> datetime:
        """What the file says that the clock shows."""
        return instant + self._offset_at(instant)


def _onsets(part: Component, window: Window) -> list[datetime]:
    """When a part of a zone begins to hold, on the wall before it does: the first one, and all around the window."""
    start = _stamp(part.text("DTSTART"))[0]
    found = {start}
    after, before = window.start - _LOOK_BACK, window.end + timedelta(days=2)
    for rule in part.properties.get("RRULE", ())[:2]:
        found.update(instances(parse_rule(rule.value), start, after=after, before=before, budget=Budget(20_000)))
    for dates in part.properties.get("RDATE", ())[:50]:
        found.update(_stamp(one)[0] for one in dates.value.split(",")[:500])
    return sorted(found)


class Reader:
    """Reads the moments of one calendar. `own` is the clock of what names no zone; `zones` are the file's own."""

    def __init__(self, own: ZoneClock, window: Window, zones: dict[str, Component]) -> None:
        self.own = own
        self._window = window
        self._zones = zones
        self._known: dict[str, Clock] = {}
        self.utc = ZoneClock("UTC")

    def moments(self, found: Property, master: Moment | None = None) -> list[Moment]:
        """Every value of a property (EXDATE and RDATE hold several). What names no zone is on the master's clock."""
        return [self.moment(Property(found.parameters, one), master) for one in found.value.split(",") if one.strip()]

    def moment(self, found: Property, master: Moment | None = None) -> Moment:
        """A date, a time of a zone, of UTC, or of no zone. Raises Refusal where it is none of them."""
        wall, is_date, is_utc = _stamp(found.value.partition("/")[0])
        if is_date:
            return Moment(wall, self.own, is_date=True)
        if is_utc:
            return Moment(wall, self.utc)
        tzid = found.parameters.get("TZID")
        if tzid is None:
            return Moment(wall, master.clock if master and not master.is_date else self.own)
        return Moment(wall, self._clock(tzid))

    def _clock(self, tzid: str) -> Clock:
        if tzid not in self._known:
            named = zone_named(tzid)
            if named is not None:
                self._known[tzid] = ZoneClock(named)
            elif tzid in self._zones:
                self._known[tzid] = FileClock(tzid, self._zones[tzid], self._window)
            else:
                raise Refusal(f"It names the time zone {tzid[:60]!r}, which nobody knows.", rule="zone")
        return self._known[tzid]


def duration(text: str) -> timedelta:
    """'PT1H30M' and its like. Raises Refusal."""
    found = _DURATION.fullmatch(text.strip().upper())
    if not found or not any(found.groups()[1:]):
        raise Refusal(f"{text[:40]!r} is no duration.", rule="duration")
    weeks, days, hours, minutes, seconds = (min(int(part or 0), 100_000) for part in found.groups()[1:])
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if found[1] == "-" else length


def _stamp(text: str) -> tuple[datetime, bool, bool]:
    """(wall time, is it a date, is it UTC)."""
    found = _STAMP.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError
        year, month, day = (int(part) for part in found.groups()[:3])
        on = date(year, month, day)
        if not 1900 <= on.year <= 2199:
            raise ValueError
        hour, minute, second = (int(part or 0) for part in found.groups()[3:6])
        wall = datetime.combine(on, datetime.min.time()).replace(hour=hour, minute=minute, second=min(second, 59))
    except ValueError:
        raise Refusal(f"{text[:40]!r} is no date or time.", rule="date") from None
    return wall, found[4] is None, found[7] == "Z"


def _offset(text: str) -> timedelta:
    found = _OFFSET.fullmatch(text)
    if found is None:
        raise Refusal("The file's own time zone has an offset that is none.", rule="zone")
    hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    length = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if length >= timedelta(days=1):
        raise Refusal("The file's own time zone has an offset that is none.", rule="zone")
    return -length if found[1] == "-" else length
