"""The VEVENTs of a file: which of them count, and why the others do not. Each ends with a verdict."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from practice.calendars.feed import UID_DOMAIN
from practice.calendars.lines import Component, Property, unescaped
from practice.calendars.moments import Moment, Reader, duration
from practice.calendars.rules import Rule, parse_rule
from practice.errors import Refusal

LONGEST_BUSY = timedelta(days=100)
LONGEST_TITLE = 120


@dataclass
class Found:
    """One VEVENT. `verdict` is used, rejected or ignored; `why` says so in words, for all but used."""

    uid: str
    title: str
    sequence: int = 0
    stamp: str = ""
    position: int = 0
    start: Moment | None = None
    length: timedelta = timedelta()
    recurrence: Moment | None = None
    """Which occurrence of its series it is about; None for a single event or a master."""
    is_from_here_on: bool = False
    rules: list[Rule] = field(default_factory=list)
    without: list[Rule] = field(default_factory=list)
    more: list[tuple[Moment, timedelta | None]] = field(default_factory=list)
    fewer: list[Moment] = field(default_factory=list)
    is_cancelled: bool = False
    is_free: bool = False
    verdict: str = "used"
    why: str = ""

    def judged(self, verdict: str, why: str) -> None:
        """Say what became of it, once: the first word counts."""
        if self.verdict == "used":
            self.verdict, self.why = verdict, why


def read_event(component: Component, reader: Reader, position: int, *, is_cancelling: bool) -> Found:
    """Read one VEVENT. What cannot be read is rejected with the reason; nothing is guessed."""
    found = Found(_uid(component), _title(component), position=position)
    try:
        found.sequence = int(component.text("SEQUENCE") or 0) if component.text("SEQUENCE").isdecimal() else 0
        found.stamp = component.text("LAST-MODIFIED") or component.text("DTSTAMP")
        found.is_cancelled = is_cancelling or component.text("STATUS").upper() == "CANCELLED"
        found.is_free = (
            component.text("TRANSP").upper() == "TRANSPARENT"
            or component.text("X-MICROSOFT-CDO-BUSYSTATUS").upper() == "FREE"
        )
        _read_times(found, component, reader)
    except (Refusal, OverflowError) as refusal:
        found.judged("rejected", str(refusal) if isinstance(refusal, Refusal) else "Its dates are out of this world.")
    if found.uid.endswith(f"@{UID_DOMAIN}"):
        found.judged("ignored", "It came from a feed of this practice, which knows it already.")
    return found


def _read_times(found: Found, component: Component, reader: Reader) -> None:
    recurrence = component.first("RECURRENCE-ID")
    start = component.first("DTSTART")
    if start is not None:
        found.start = reader.moment(start)
    if recurrence is not None:
        found.recurrence = reader.moment(recurrence, found.start)
        found.is_from_here_on = recurrence.parameters.get("RANGE", "").upper() == "THISANDFUTURE"
    if found.start is None:
        if found.is_cancelled:
            return  # a cancellation need not say when
        raise Refusal("It does not say when it begins.", rule="date")
    found.length = _length(component, found.start, reader)
    if found.recurrence is not None:
        return  # an occurrence does not repeat
    found.rules = [parse_rule(one.value) for one in component.properties.get("RRULE", ())]
    found.without = [parse_rule(one.value) for one in component.properties.get("EXRULE", ())]
    for dates in component.properties.get("EXDATE", ()):
        found.fewer += reader.moments(dates, found.start)
    for dates in component.properties.get("RDATE", ()):
        for text in dates.value.split(","):
            one = reader.moment(Property(dates.parameters, text), found.start)
            found.more.append((one, _period(text, one, dates, reader)))


def _length(component: Component, start: Moment, reader: Reader) -> timedelta:
    """How long it lasts on the wall: a night shift ends at six on the night of a clock change, too."""
    end, lasts = component.first("DTEND"), component.first("DURATION")
    if end is not None:
        until = reader.moment(end, start)
        same = until.clock.name == start.clock.name or until.is_date
        length = (until.wall if same else start.clock.wall(until.instant)) - start.wall
    elif lasts is not None:
        length = duration(lasts.value)
    else:
        length = timedelta(days=1) if start.is_date else timedelta()
    if length < timedelta():
        raise Refusal("It ends before it begins.", rule="order")
    if length > LONGEST_BUSY:
        raise Refusal(
            f"It lasts more than {LONGEST_BUSY.days} days; enter so long an absence as time off.", rule="long"
        )
    return length


def _period(text: str, start: Moment, dates: Property, reader: Reader) -> timedelta | None:
    """The own length of an RDATE that is a period, else None."""
    _, slash, rest = text.partition("/")
    if not slash:
        return None
    if rest.strip().upper().lstrip("+").startswith("P"):
        return duration(rest)
    until = reader.moment(Property(dates.parameters, rest), start)
    return start.clock.wall(until.instant) - start.wall


def judge_versions(events: Iterable[Found]) -> None:
    """Of several versions of the same thing the highest SEQUENCE counts, then the newest stamp, then the later one."""
    newest: dict[tuple[str, datetime | None], Found] = {}
    for one in events:
        if one.verdict != "used":
            continue
        key = (one.uid, _identity(one.recurrence))
        other = newest.get(key)
        if other is None:
            newest[key] = one
            continue
        rank = (one.sequence, one.stamp, one.position) > (other.sequence, other.stamp, other.position)
        winner, loser = (one, other) if rank else (other, one)
        loser.judged("ignored", "A newer version of it is in the file.")
        newest[key] = winner


def _identity(recurrence: Moment | None) -> datetime | None:
    return None if recurrence is None else recurrence.wall if recurrence.is_date else recurrence.instant


def _uid(component: Component) -> str:
    uid = component.text("UID")
    if uid:
        return uid[:250]
    told = "|".join(component.text(name) for name in ("DTSTART", "DTEND", "RRULE", "SUMMARY"))
    return "without-uid:" + hashlib.sha256(told.encode()).hexdigest()[:24]


def _title(component: Component) -> str:
    text = " ".join(unescaped(component.text("SUMMARY")).split())
    return text if len(text) <= LONGEST_TITLE else text[: LONGEST_TITLE - 1] + "…"
