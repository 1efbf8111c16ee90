"""From what a booking asks for to a plan: who is bookable, how long it lasts, which rooms would do; and its rows."""

from __future__ import annotations

from datetime import date
from typing import Any

from practice.clock import local_date, stored, to_wall
from practice.errors import Refusal
from practice.scheduling import booking_queries as facts
from practice.scheduling.modes import video_link
from practice.scheduling.plans import Plan
from practice.store.work import Row, Work

SHORTEST, LONGEST = 5, 720


def bookable(work: Work, location_id: str, provider_id: str, service_id: str, day: date) -> tuple[Row, Row, Row]:
    """The location, provider and service, if a visit of them can be booked on that day; else a refusal."""
    location = work.get("locations", location_id, "location")
    provider = work.get("providers", provider_id, "provider")
    service = work.get("services", service_id, "service")
    for row, field in ((location, "location_id"), (provider, "provider_id"), (service, "service_id")):
        if not row["is_active"]:
            raise Refusal(f"{row['name']} is not active any more; choose another.", rule="inactive", field=field)
    began, ended = provider["started_date"], provider["ended_date"]
    if day < began or (ended is not None and day > ended):
        span = f"since {began}" if ended is None else f"from {began} to {ended}"
        raise Refusal(f"{provider['name']} works here {span}; choose another day.", rule="provider_dates")
    if not facts.offers_service(work, provider_id, service_id):
        others = [row["name"] for row in facts.providers_offering(work, service_id)]
        who = f"choose {' or '.join(others)}" if others else "assign somebody to it first"
        raise Refusal(
            f"{provider['name']} does not offer {service['name']}; {who}.", rule="not_offered", field="provider_id"
        )
    return location, provider, service


def minutes_of(service: Row, asked: int | None) -> int:
    """How long the visit lasts: what was asked for, else the service's duration; on the grid."""
    minutes = service["duration_minutes"] if asked is None else asked
    if not SHORTEST <= minutes <= LONGEST or minutes % 5:
        raise Refusal(
            f"A visit lasts 5 to 720 minutes in steps of five, not {minutes}.",
            rule="duration",
            field="duration_minutes",
        )
    return int(minutes)


def rooms_for(
    work: Work,
    location: Row,
    service: Row,
    mode: str,
    room_id: str | None,
    liked: str | None = None,
    *,
    provider_id: str | None = None,
) -> tuple[Row, ...]:
    """The rooms that would do: the one named; else, for a service in person that needs one, all, the `liked` one first.

    Where none is liked, the one that the provider used last for the service is.
    """
    if room_id is None and liked is None and (not service["needs_room"] or mode == "video"):
        return ()
    rooms = facts.rooms_of(work, location["location_id"])
    if room_id is None:
        if liked is None and provider_id:
            liked = facts.usual_room(work, provider_id, service["service_id"], location["location_id"])
        rooms.sort(key=lambda room: room["room_id"] != liked)
        if not rooms:
            raise Refusal(
                f"{service['name']} needs a room and {location['name']} has none; add a room in the set-up.",
                rule="no_rooms",
                field="room_id",
            )
        return tuple(rooms)
    chosen = tuple(room for room in rooms if room["room_id"] == room_id)
    if not chosen:
        names = ", ".join(room["name"] for room in rooms) or "it has none"
        raise Refusal(
            f"That room is not in use at {location['name']}; its rooms: {names}.",
            rule="room_elsewhere",
            field="room_id",
        )
    return chosen


def appointment_row(
    work: Work, plan: Plan, room_id: str | None, mode: str, channel: str, override_reason: str | None, **more: Any
) -> Row:
    """A fresh row of `appointments` for a plan; `more` overrides columns (a successor's links)."""
    return {
        "appointment_id": plan.appointment_id,
        "series_id": None,
        "original_start": None,
        "location_id": plan.location["location_id"],
        "provider_id": plan.provider["provider_id"],
        "room_id": room_id,
        "is_room_pinned": plan.is_room_pinned and room_id is not None,
        "service_id": plan.service["service_id"],
        "wall_start": plan.wall_start,
        "wall_end": to_wall(plan.ends_at, plan.location["zone"]),
        "zone": plan.location["zone"],
        "starts_at": plan.starts_at,
        "ends_at": plan.ends_at,
        "start_date": plan.day,
        "duration_minutes": plan.minutes,
        "mode": mode,
        "video_link": video_link(work, plan.provider) if mode == "video" else None,
        "client_place": None,
        "capacity": plan.service["capacity"],
        "is_standing": False,
        "status": "scheduled",
        "channel": channel,
        "override_reason": override_reason,
        "overridden": None,
        "moved_from_id": None,
        "moved_to_id": None,
        "booked_at": stored(work.now),
        "known_at": stored(work.now),
    } | more


def attendee_row(work: Work, appointment_id: str, client_id: str, zone: str, **more: Any) -> Row:
    """A fresh row of `attendees`; `more` overrides columns (a successor keeps the first booking's time)."""
    today = local_date(work.now, zone)
    unknown = (
        "confirmed_at arrived_at seated_at ended_at outcome_at cancelled_at cancelled_by cancel_reason cancel_code"
        " notice_minutes is_late moved_to_attendee_id roomed_at roomed_in_id checked_in_by"
    )
    return {
        "attendee_id": work.new_id(),
        "appointment_id": appointment_id,
        "client_id": client_id,
        "billing_unit": "attendee",
        "status": "scheduled",
        "is_identified": True,
        "booked_at": stored(work.now),
        "booked_date": today,
        "first_booked_at": stored(work.now),
        "first_booked_date": today,
        **dict.fromkeys(unknown.split()),
        "known_at": stored(work.now),
    } | more
