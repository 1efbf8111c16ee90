"""Time zones in calendar files: ours written out as VTIMEZONE, theirs recognised by name or by their own definition.

Offsets come from the pinned `tzdata`, never from the machine and never from another library's table.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vDatetime, vDDDLists
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from practice.clock import stored, to_instant, to_wall, zone_of

_DAY = timedelta(days=1)
_MARGIN = timedelta(days=400)


class Change(NamedTuple):
    """An instant (naive UTC) at which a zone's clocks change, from one offset to the other."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str
    is_daylight: bool


class ZoneClock:
    """Wall times and instants of an IANA zone. Zones that a file defines itself offer the same two methods."""

    def __init__(self, name: str) -> None:
        self.name: str = name
        zone_of(name)

    def instant(self, wall: datetime) -> datetime:
        """Naive UTC. A repeated hour means its first pass; a skipped one moves on by the gap."""
        return stored(to_instant(wall, self.name))

    def wall(self, instant: datetime) -> datetime:
        """What the zone's clocks show."""
        return to_wall(instant, self.name)


@lru_cache(maxsize=256)
def changes(zone: str, first: date, last: date) -> tuple[Change, ...]:
    """The zone's changes in [first, last), found by looking at each day's offset and then closer."""
    found = []
    day = datetime.combine(first, time())
    before = _offset(zone, day)
    while day.date() < last:
        after = _offset(zone, day + _DAY)
        if after != before:
            at = _closer(zone, day, day + _DAY)
            there = at.replace(tzinfo=UTC).astimezone(zone_of(zone))
            found.append(Change(at, before, after, there.tzname() or zone, bool(there.dst())))
        day, before = day + _DAY, after
    return tuple(found)


def _offset(zone: str, instant: datetime) -> timedelta:
    offset = instant.replace(tzinfo=UTC).astimezone(zone_of(zone)).utcoffset()
    assert offset is not None
    return offset


def _closer(zone: str, low: datetime, high: datetime) -> datetime:
    """The first second of the new offset, in (low, high]."""
    before = _offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


@lru_cache(maxsize=64)
def definition(zone: str, first: date, last: date) -> Timezone:
    """A VTIMEZONE that says what the zone's clocks do around these days, one observance for each kind of change."""
    begin, end = first - _MARGIN, last + _MARGIN
    component = Timezone()
    component.add("TZID", zone)
    start = datetime.combine(begin, time())
    there = start.replace(tzinfo=UTC).astimezone(zone_of(zone))
    offset = _offset(zone, start)
    epoch = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    component.add_component(_observance(offset, offset, there.tzname() or zone, [epoch], is_daylight=False))
    kinds: dict[tuple[timedelta, timedelta, str, bool], list[datetime]] = {}
    for change in changes(zone, begin, end):
        kinds.setdefault(change[1:], []).append(change.at + change.before)
    for (before, after, name, is_daylight), onsets in kinds.items():
        component.add_component(_observance(before, after, name, onsets, is_daylight=is_daylight))
    return component


def _observance(
    before: timedelta, after: timedelta, name: str, onsets: list[datetime], *, is_daylight: bool
) -> TimezoneDaylight | TimezoneStandard:
    """`onsets` are on the wall, as the clocks showed it before the change."""
    part = TimezoneDaylight() if is_daylight else TimezoneStandard()
    part.add("DTSTART", vDatetime(onsets[0]))
    part.add("TZOFFSETFROM", before)
    part.add("TZOFFSETTO", after)
    part.add("TZNAME", name)
    if len(onsets) > 1:
        part.add("RDATE", vDDDLists(onsets[1:]))
    return part


def zone_named(tzid: str) -> str | None:
    """The IANA zone that a TZID means: its own name, one behind a vendor's prefix, or a Windows name; else None."""
    name = tzid.strip().strip('"')
    parts = [part for part in name.split("/") if part]
    candidates = [name, *("/".join(parts[-count:]) for count in (3, 2, 1) if len(parts) > count)]
    known = WINDOWS_TO_OLSON.get(name)
    for candidate in (*candidates, *([known] if known else [])):
        try:
            zone_of(candidate)
        except ValueError:
            continue
        return candidate
    return None
