"""What a stranger may book, and when. Whatever is not offered does not exist, whoever asks and however."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from practice.access.permissions import require_location
from practice.errors import NotFound, Refusal
from practice.online import queries
from practice.scheduling.model import nearest, spelled
from practice.scheduling.slots import slots_offered
from practice.store.work import Reader, Row, Work

LOOK_AHEAD_DAYS = 60
"""How far a page looks for the next free time before it says that there is none."""
_EVERY_TIME = 2_000


def open_location(reader: Reader, slug: str) -> Row:
    """The location behind a public address."""
    found = queries.location_by_slug(reader, slug)
    if found is None:
        raise NotFound("There is no online booking at this address; ask the practice for the right one.")
    return found


def service_at(reader: Reader, location_id: str, service_id: str) -> Row:
    """A service that clients may book there by themselves, with the `provider_ids` who give it online."""
    found = next(
        (row for row in queries.offered_services(reader, location_id) if row["service_id"] == service_id), None
    )
    if found is None or found["online"] != "bookable":
        raise NotFound("This cannot be booked online here; choose something else, or call the practice.")
    return found


def require_offered(
    work: Work, location_id: str, service_id: str, provider_id: str | None, mode: str
) -> tuple[Row, Row]:
    """The location and the service, if that provider (or anyone) gives it online there in that mode; else a refusal."""
    location = work.find("locations", location_id)
    if location is None or not location["is_active"] or location["slug"] is None:
        raise NotFound("There is no online booking at this location; choose another one, or call the practice.")
    require_location(work.actor, location_id)
    service = service_at(work, location_id, service_id)
    if provider_id is not None and provider_id not in service["provider_ids"]:
        raise NotFound("This provider cannot be booked online for that; choose another one.")
    require_mode(service, mode)
    return location, service


def require_mode(service: Row, mode: str) -> None:
    """Refuse a way of meeting in which the service is not given."""
    if mode not in modes_of(service):
        words = " or ".join(mode_words(one) for one in modes_of(service))
        raise Refusal(f"{service['name']} takes place {words}; choose that.", rule="mode", field="mode")


def modes_of(service: Row) -> tuple[str, ...]:
    """In which ways the service is given."""
    return ("in_person", "video") if service["modes"] == "both" else (service["modes"],)


def mode_words(mode: str) -> str:
    """A way of meeting inside a sentence."""
    return "by video" if mode == "video" else "in person"


def times(
    reader: Reader,
    location_id: str,
    service: Row,
    provider_id: str | None = None,
    *,
    first: date | None = None,
    days: int = 14,
    mode: str = "in_person",
    client_id: str | None = None,
    ignoring: str | None = None,
) -> list[Row]:
    """Times that a booking would be granted now, earliest first: rows of `slots_offered`, of online providers only."""
    rows = slots_offered(
        reader,
        service_id=service["service_id"],
        location_id=location_id,
        provider_id=provider_id,
        first=first,
        days=days,
        limit=_EVERY_TIME,
        client_id=client_id,
        ignoring=ignoring,
        audience="online",
        mode=mode,
    )
    return [row for row in rows if row["provider_id"] in service["provider_ids"]]


def next_times(
    reader: Reader,
    location_id: str,
    service: Row,
    provider_id: str | None,
    *,
    first: date,
    days: int,
    **options: Any,
) -> list[Row]:
    """The same, from the first day that has a time at all: days without any are not worth a page."""
    for begin in range(0, LOOK_AHEAD_DAYS, days):
        found = times(
            reader, location_id, service, provider_id, first=first + timedelta(days=begin), days=days, **options
        )
        if found:
            return found
    return []


def nearest_times(
    reader: Reader,
    location_id: str,
    service: Row,
    provider_id: str | None,
    wanted: datetime,
    count: int = 4,
    **options: Any,
) -> list[str]:
    """The wall times closest to the one wanted at which the booking would pass, as commands take them."""
    free: list[datetime] = []
    for before, days in ((1, 4), (3, 31)):
        first = wanted.date() - timedelta(days=before)
        rows = times(reader, location_id, service, provider_id, first=first, days=days, **options)
        free = [row["wall_start"] for row in rows]
        if len(set(free)) >= count:
            break
    return [spelled(wall) for wall in nearest(wanted, free, count)]


def who_is_free(work: Work, location: Row, service: Row, wall: datetime, mode: str) -> list[str]:
    """Who of the online providers could take "anyone" then, the one with the emptiest day first."""
    rows = times(work, location["location_id"], service, first=wall.date(), days=1, mode=mode)
    free = [row["provider_id"] for row in rows if row["wall_start"] == wall]
    busy = queries.busy_minutes(work, free, wall.date())
    return sorted(free, key=lambda provider_id: (busy.get(provider_id, 0), free.index(provider_id)))
