"""What a provider still lacks until clients can be booked with them, and until everything about them is set up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from practice.access.permissions import Actor
from practice.people.setup import practice_today
from practice.scheduling import booking_queries as facts
from practice.scheduling import readiness_queries
from practice.scheduling.working import Hours, days_from
from practice.store.work import Reader, Row

LOOK_AHEAD = 60
"""Days in which the first bookable one is looked for."""

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Item:
    """One thing that a provider has or lacks. Without a needed one nobody can be booked; `missing` names the lack."""

    name: str
    is_done: bool
    is_needed: bool
    missing: str


@dataclass(frozen=True)
class Readiness:
    """Every item in the order of the set-up; from when clients can be booked, None while they cannot."""

    name: str
    items: tuple[Item, ...]
    bookable_from: date | None

    @property
    def missing(self) -> list[str]:
        """What is not there, the needed first."""
        lacking = [item for item in self.items if not item.is_done]
        return [item.missing for item in sorted(lacking, key=lambda item: not item.is_needed)]

    def sentence(self, today: date) -> str:
        """`Bookable from Monday 7 December; still missing: no hours at Oak Street, not offered online.`"""
        if self.bookable_from is None:
            head = "Not bookable yet"
        elif self.bookable_from <= today:
            head = "Bookable from today"
        else:
            head = f"Bookable from {self.bookable_from:%A %-d %B}"
        return f"{head}; still missing: {', '.join(self.missing)}." if self.missing else f"{head}; nothing is missing."


def readiness(
    provider: Mapping[str, Any],
    services: Rows,
    locations: Rows,
    rooms: Rows,
    hours: Hours,
    today: date,
    *,
    has_sign_in: bool,
    has_feed: bool,
    has_video_template: bool,
) -> Readiness:
    """Purely, from rows of what is active: `services` are those that the provider gives."""
    key = provider["provider_id"]
    at = {place["location_id"]: _first_day(hours, key, place, provider, today) for place in locations}
    working = [place for place in locations if at[place["location_id"]] is not None]
    roomless = [
        place["name"]
        for place in working
        if not any(room["location_id"] == place["location_id"] for room in rooms)
        and any(service["needs_room"] and service["modes"] != "video" for service in services)
    ]
    is_room_there = len(roomless) < len(working) or not working
    days = [day for place, day in at.items() if day is not None and _has_room(place, locations, roomless)]
    is_left = provider["ended_date"] is not None and provider["ended_date"] < today
    free = [service["name"] for service in services if not service["fee_minor"]]
    is_by_video = any(service["modes"] in ("both", "video") for service in services)
    online_places = [place for place in working if place["slug"]]
    is_online = provider["is_online"] and any(row["online"] == "bookable" for row in services) and bool(online_places)
    items = [
        Item("person", provider["is_active"] and not is_left, True, "the provider is not active"),
        Item("services", bool(services), True, "gives no service"),
        Item("hours", bool(working), True, "no hours anywhere"),
        *(
            Item(f"hours:{place['location_id']}", place in working, False, f"no hours at {place['name']}")
            for place in locations
            if working
        ),
        Item("rooms", is_room_there, True, "no room where the services need one"),
        *(Item("rooms_there", False, False, f"no room at {name}") for name in roomless if is_room_there),
        Item("fees", not free, False, f"no fee for {' and '.join(free)}"),
        Item("sign_in", has_sign_in, False, "no sign-in"),
        Item("online", is_online, False, "not offered online"),
        Item("about", bool(provider["about"]) or not is_online, False, "no text about them online"),
        Item("video", bool(provider["video_link"]) or has_video_template or not is_by_video, False, "no video link"),
        Item("calendar", has_feed, False, "no calendar link"),
    ]
    is_bookable = all(item.is_done for item in items if item.is_needed)
    return Readiness(provider["name"], tuple(items), min(days) if is_bookable and days else None)


def provider_readiness(reader: Reader, actor: Actor, provider_id: str) -> Readiness:
    """How far a provider's set-up is, as the record has it now; at the actor's own locations."""
    provider: Row = reader.get("providers", provider_id, "provider")
    today = practice_today(reader)
    own = sorted(actor.location_ids)
    return readiness(
        provider,
        readiness_queries.given_services(reader, provider_id),
        readiness_queries.active_locations(reader, own),
        readiness_queries.active_rooms(reader, own),
        facts.hours(reader, [provider_id], today, list(days_from(_begin(provider, today), LOOK_AHEAD))[-1]),
        today,
        has_sign_in=readiness_queries.has_sign_in(reader, provider_id),
        has_feed=readiness_queries.has_feed(reader, provider_id),
        has_video_template=bool(reader.setting("video_link_template")),
    )


def _first_day(
    hours: Hours, provider_id: str, place: Mapping[str, Any], provider: Mapping[str, Any], today: date
) -> date | None:
    """The first day with hours at the place, from today or the provider's first day on."""
    last = provider["ended_date"]
    return next(
        (
            day
            for day in days_from(_begin(provider, today), LOOK_AHEAD)
            if (last is None or day <= last) and hours.on(provider_id, place["location_id"], day)
        ),
        None,
    )


def _begin(provider: Mapping[str, Any], today: date) -> date:
    started: date = provider["started_date"]
    return max(today, started)


def _has_room(location_id: str, locations: Rows, roomless: list[str]) -> bool:
    return any(place["location_id"] == location_id and place["name"] not in roomless for place in locations)
