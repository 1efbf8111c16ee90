"""From a calendar file to busy time: every occurrence of its events in a window, and a verdict on each VEVENT. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import NamedTuple

from practice.calendars.events import Found, judge_versions, read_event
from practice.calendars.lines import components
from practice.calendars.moments import Clock, Moment, Reader, Window
from practice.calendars.recurrence import Budget, instances
from practice.calendars.rules import Rule
from practice.calendars.zones import ZoneClock
from practice.clock import as_utc, stored, to_wall
from practice.errors import Refusal

MOST_EVENTS = 10_000
MOST_OCCURRENCES = 5_000
MOST_TIME = timedelta(days=800)
"""So much busy time one calendar may bring: two years of it on top of each other."""
STEPS_OF_A_FILE, STEPS_OF_AN_EVENT = 1_000_000, 50_000
AHEAD = timedelta(days=366)


class Busy(NamedTuple):
    """One occurrence. `recurrence` is which one of its event: its original start, '' for an event that is just one."""

    uid: str
    recurrence: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    title: str
    position: int


@dataclass(frozen=True)
class Reading:
    """What a file says: its busy time in the window, and every VEVENT with what became of it."""

    busy: list[Busy]
    events: list[Found]
    window: Window


class _Slot(NamedTuple):
    """An occurrence before it is placed: its start and length on the wall, and the event that says so."""

    start: Moment
    length: timedelta
    event: Found


def window_of(now: datetime, zone: str) -> Window:
    """From yesterday's midnight there to a year ahead."""
    clock = ZoneClock(zone)
    yesterday = datetime.combine(to_wall(as_utc(now), zone).date() - timedelta(days=1), time())
    return Window(clock.instant(yesterday), clock.instant(yesterday + AHEAD + timedelta(days=2)))


def read_calendar(data: bytes, zone: str, now: datetime) -> Reading:
    """Read a file; `zone` is what a time without one means. Raises Refusal only where the file as a whole is no use."""
    window = window_of(now, zone)
    own = ZoneClock(zone)
    events: list[Found] = []
    readers: list[Reader] = []
    for calendar in components(data):
        zones = {one.text("TZID"): one for one in calendar.walk("VTIMEZONE")}
        reader = Reader(own, window, zones)
        is_cancelling = calendar.text("METHOD").upper() == "CANCEL"
        for component in calendar.walk("VEVENT"):
            if len(events) >= MOST_EVENTS:
                raise Refusal(
                    f"This file holds more than {MOST_EVENTS:,} events; export a shorter stretch of time.",
                    rule="calendar_file",
                    field="file",
                )
            events.append(read_event(component, reader, len(events), is_cancelling=is_cancelling))
            readers.append(reader)
    judge_versions(events)
    purse = Budget(STEPS_OF_A_FILE)
    groups: dict[str, list[Found]] = {}
    for one in events:
        if one.verdict == "used":
            groups.setdefault(one.uid, []).append(one)
    busy = [found for group in groups.values() for found in _busy_of(group, own, window, purse)]
    return Reading(_within_bounds(busy, events), events, window)


def _busy_of(group: list[Found], own: ZoneClock, window: Window, purse: Budget) -> Iterator[Busy]:
    """The busy time of one UID: its master's occurrences, with those that have an entry of their own in their place."""
    master = next((one for one in group if one.recurrence is None), None)
    others = sorted((one for one in group if one.recurrence is not None), key=lambda one: one.position)
    if master is not None and master.is_cancelled:
        master.judged("ignored", "It was cancelled.")
        for one in others:
            one.judged("ignored", "Its series was cancelled.")
        return
    slots: dict[datetime, _Slot] = {}
    if master is not None:
        try:
            slots = _occurrences(master, window, purse)
        except Refusal as refusal:
            master.judged("rejected", str(refusal))
    is_series = bool(others) or (master is not None and bool(master.rules or master.more))
    for one in sorted(others, key=lambda one: not one.is_from_here_on):
        _put_in_place(one, master, slots)
    given = set()
    for key, slot in sorted(slots.items()):
        found = _placed(slot, own, window)
        if found is None or slot.event.verdict != "used" or slot.event.is_free:
            continue
        given.add(slot.event.position)
        starts_at, ends_at, zone = found
        recurrence = key.strftime("%Y%m%dT%H%M%S") if is_series else ""
        yield Busy(slot.event.uid, recurrence, starts_at, ends_at, zone, slot.event.title, slot.event.position)
    for one in group:
        if one.position not in given:
            one.judged("ignored", _why_nothing(one, window, own))


def _key(original: Moment) -> datetime:
    """Which occurrence: an all-day one by its date as written, another by its instant."""
    return datetime.combine(original.wall.date(), time()) if original.is_date else original.instant


def _occurrences(master: Found, window: Window, purse: Budget) -> dict[datetime, _Slot]:
    """Every occurrence that the master itself gives around the window, by its identity."""
    start = master.start
    assert start is not None
    clock = start.clock
    after = clock.wall(window.start) - master.length - timedelta(days=2)
    before = clock.wall(window.end) + timedelta(days=2)
    own = Budget(STEPS_OF_AN_EVENT, purse)

    def given(rules: list[Rule]) -> Iterator[Moment]:
        for rule in rules:
            for wall in instances(_on_wall(rule, clock), start.wall, after=after, before=before, budget=own):
                own.pay(STEPS_OF_AN_EVENT // MOST_OCCURRENCES)
                yield Moment(wall, clock, start.is_date)

    # The first instance is one though the rule may not name it; the rule's COUNT does not count it then.
    found = {_key(one): _Slot(one, master.length, master) for one in (start, *given(master.rules))}
    for one, length in master.more:
        moment = one if one.is_date == start.is_date else Moment(one.wall, start.clock, start.is_date)
        found[_key(moment)] = _Slot(moment, master.length if length is None else length, master)
    for one in given(master.without):
        found.pop(_key(one), None)
    for one in master.fewer:
        for key in _meant(one, start, found):
            del found[key]
    return found


def _on_wall(rule: Rule, clock: Clock) -> Rule:
    """The rule with an UNTIL in UTC as the event's own clock shows it, which may be one that the file defines."""
    if isinstance(rule.until, datetime) and rule.until.tzinfo is not None:
        return replace(rule, until=clock.wall(stored(rule.until)))
    return rule


def _meant(told: Moment, start: Moment, slots: dict[datetime, _Slot]) -> list[datetime]:
    """The occurrences that a date or time means. A date means the day's; of an all-day event only the date counts."""
    if start.is_date:
        day = told.wall.date()
        return [key for key in slots if key.date() == day]
    if told.is_date:
        return [key for key in slots if start.clock.wall(key).date() == told.wall.date()]
    return [told.instant] if told.instant in slots else []


def _put_in_place(one: Found, master: Found | None, slots: dict[datetime, _Slot]) -> None:
    """An entry about one occurrence (or about it and all that follow) takes its place, or takes it away."""
    recurrence = one.recurrence
    assert recurrence is not None
    start = master.start if master is not None else None
    meant = _meant(recurrence, start, slots) if start is not None else []
    key = meant[0] if meant else _key(recurrence if start is None else recurrence._replace(is_date=start.is_date))
    if one.is_from_here_on:
        first = slots[key].start.wall if key in slots else recurrence.wall
        later = [(at, slot) for at, slot in slots.items() if at >= key]
    else:
        first, later = recurrence.wall, []
    if one.is_cancelled:
        for at in {key, *(at for at, _ in later)}:
            slots.pop(at, None)
        one.judged("ignored", "This occurrence was cancelled.")
        return
    assert one.start is not None
    slots[key] = _Slot(one.start, one.length, one)
    for at, slot in later:
        if at != key:
            moved = one.start._replace(wall=one.start.wall + (slot.start.wall - first))
            slots[at] = _Slot(moved, one.length, one)


def _placed(slot: _Slot, own: ZoneClock, window: Window) -> tuple[datetime, datetime, str] | None:
    """(start, end, zone) of an occurrence that touches the window and takes time; else None."""
    clock = slot.start.clock
    starts_at, ends_at = slot.start.instant, clock.instant(slot.start.wall + slot.length)
    if ends_at <= starts_at or ends_at <= window.start or starts_at >= window.end:
        return None
    is_known = isinstance(clock, ZoneClock) and clock.name != "UTC"
    return starts_at, ends_at, clock.name if is_known else own.name


def _why_nothing(one: Found, window: Window, own: ZoneClock) -> str:
    if one.is_free:
        return "It is marked as free time."
    if one.length == timedelta():
        return "It takes no time."
    first, last = own.wall(window.start).date(), own.wall(window.end).date() - timedelta(days=1)
    return f"None of it lies between {first} and {last}."


def _within_bounds(busy: list[Busy], events: list[Found]) -> list[Busy]:
    """The busy time of as many events, in the order of the file, as one calendar may bring."""
    by_event: dict[int, list[Busy]] = {}
    for one in busy:
        by_event.setdefault(one.position, []).append(one)
    count, length = 0, timedelta()
    kept = []
    for position in sorted(by_event):
        own = by_event[position]
        more = sum((one.ends_at - one.starts_at for one in own), timedelta())
        if count + len(own) > MOST_OCCURRENCES or length + more > MOST_TIME:
            events[position].judged(
                "rejected",
                f"One calendar may bring {MOST_OCCURRENCES:,} occurrences and {MOST_TIME.days} days of busy time; "
                "this is beyond it.",
            )
            continue
        count, length = count + len(own), length + more
        kept += own
    return sorted(kept, key=lambda one: (one.starts_at, one.uid, one.recurrence))
