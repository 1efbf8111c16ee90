"""When people work: the hours of a day or of several, exceptions and time off applied."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from practice.access.permissions import Actor, Permission, require, require_location
from practice.scheduling import booking_queries as facts
from practice.scheduling.model import subtract
from practice.scheduling.working import Hours, days_from, whole_day
from practice.store.work import Reader, Row


def working_hours(reader: Reader, provider_ids: Sequence[str], first: str | date, last: str | date) -> list[Row]:
    """Rows provider_id, location_id, day, wall_start, wall_end: when each works, exceptions and time off applied."""
    begin, end = (date.fromisoformat(day) if isinstance(day, str) else day for day in (first, last))
    hours = facts.hours(reader, provider_ids, begin, end)
    places = sorted({row["location_id"] for row in (*hours.weekly, *hours.exceptions)})
    return [
        {
            "provider_id": provider_id,
            "location_id": location_id,
            "day": day,
            "wall_start": stretch.start,
            "wall_end": stretch.end,
        }
        for day in days_from(begin, (end - begin).days + 1)
        for provider_id in provider_ids
        for location_id in places
        for stretch in hours.on(provider_id, location_id, day)
    ]


def hours_of_day(reader: Reader, actor: Actor, day: str | date, location_id: str) -> list[Row]:
    """One row per provider who works at the location: provider_id, provider_name, is_off, working, closed.

    `working` is a list of {wall_start, wall_end}; `closed` is the rest of the day, from midnight to midnight, each
    with `why`: 'time_off', 'closed' (an exception) or 'outside_hours'. A provider sees their own row.
    """
    require(actor, Permission.SEE_SCHEDULE)
    require_location(actor, location_id)
    on = date.fromisoformat(day) if isinstance(day, str) else day
    providers = [
        row
        for row in facts.providers_working_at(reader, location_id)
        if actor.role != "provider" or row["provider_id"] == actor.provider_id
    ]
    hours = facts.hours(reader, [row["provider_id"] for row in providers], on, on)
    return [hours_row(hours, provider, location_id, on) for provider in providers]


def hours_row(hours: Hours, provider: Row, location_id: str, on: date) -> Row:
    """One provider's day at one location: what `hours_of_day` answers, with its location_id and day."""
    key = provider["provider_id"]
    is_off, working = hours.is_off(key, on), hours.on(key, location_id, on)
    rest = subtract([whole_day(on)], working)
    shut = [] if is_off else hours.closed(key, location_id, on)
    outside = subtract(rest, shut)
    closed = [(stretch, "time_off" if is_off else "outside_hours") for stretch in outside]
    closed += [(stretch, "closed") for stretch in subtract(rest, outside)]
    return {
        "provider_id": key,
        "provider_name": provider["name"],
        "location_id": location_id,
        "day": on,
        "is_off": is_off,
        "working": [{"wall_start": start, "wall_end": end} for start, end in working],
        "closed": [{"wall_start": start, "wall_end": end, "why": why} for (start, end), why in sorted(closed)],
    }
