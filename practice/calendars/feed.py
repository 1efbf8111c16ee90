"""A calendar feed as other calendars read it (RFC 5545): busy or initials, never a name, a service or a reason."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, vDatetime, vDuration, vText

from practice.calendars.zones import definition
from practice.clock import stored, to_instant, to_wall

PRODUCT = "-//Daybook//Calendar feed//EN"
UID_DOMAIN = "daybook"
BACK, AHEAD = timedelta(days=30), timedelta(days=366)
"""What a feed tells of: from so long ago until so far ahead."""
REFRESH = timedelta(minutes=15)


@dataclass(frozen=True)
class Entry:
    """One visit or block in a feed. Instants are naive UTC; `zone` is whose wall it hangs on."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    zone: str
    summary: str
    place: str
    is_cancelled: bool
    created_at: datetime
    modified_at: datetime


def fingerprint(name: str, entries: Sequence[Entry]) -> str:
    """The same for the same feed: it becomes the ETag."""
    said = json.dumps([name, [astuple(entry) for entry in entries]], default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def feed_text(name: str, entries: Sequence[Entry]) -> bytes:
    """The feed. It has no METHOD, so DTSTAMP is when an entry last changed: equal feeds are equal bytes."""
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("X-WR-CALNAME", name)
    refresh = vDuration(REFRESH)
    refresh.params["VALUE"] = "DURATION"
    calendar.add("REFRESH-INTERVAL", refresh, encode=False)
    calendar.add("X-PUBLISHED-TTL", "PT15M")
    for zone in sorted({entry.zone for entry in entries} - {"UTC"}):
        days = [at.date() for entry in entries if entry.zone == zone for at in (entry.starts_at, entry.ends_at)]
        calendar.add_component(definition(zone, min(days), max(days)))
    for entry in entries:
        calendar.add_component(_event(entry))
    text: bytes = calendar.to_ical()
    return text


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("UID", f"{entry.uid}@{UID_DOMAIN}")
    event.add("SEQUENCE", entry.sequence)
    event.add("DTSTAMP", _utc(entry.modified_at), encode=False)
    event.add("CREATED", _utc(entry.created_at), encode=False)
    event.add("LAST-MODIFIED", _utc(entry.modified_at), encode=False)
    for name, moment in zip(("DTSTART", "DTEND"), _moments(entry), strict=True):
        event.add(name, moment, encode=False)
    event.add("SUMMARY", vText(entry.summary))
    if entry.place:
        event.add("LOCATION", vText(entry.place))
    event.add("STATUS", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("TRANSP", "TRANSPARENT" if entry.is_cancelled else "OPAQUE")
    event.add("CLASS", "PRIVATE")
    return event


def _utc(instant: datetime) -> vDatetime:
    return vDatetime(instant.replace(tzinfo=UTC, microsecond=0))


def _moments(entry: Entry) -> list[vDatetime]:
    """Start and end on the zone's wall; both in UTC where the wall would be read as another instant, which the second
    pass of a repeated hour is. (One in UTC alone is allowed, and misread by a widespread library.)"""
    instants = (entry.starts_at, entry.ends_at)
    walls = [to_wall(instant, entry.zone) for instant in instants]
    if entry.zone == "UTC" or [stored(to_instant(wall, entry.zone)) for wall in walls] != list(instants):
        return [_utc(instant) for instant in instants]
    moments = [vDatetime(wall) for wall in walls]
    for moment in moments:
        moment.params["TZID"] = entry.zone
    return moments
