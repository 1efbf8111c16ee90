"""Commands that furnish the practice: its name and money, locations and rooms, services."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from practice.access.permissions import Permission, require_location
from practice.clock import local_date
from practice.errors import Conflict, Refusal
from practice.money import Currency
from practice.people import checks, queries
from practice.store.record import command
from practice.store.work import Reader, Row, Work

_LOCATION: checks.Checks = {
    "name": partial(checks.text, what="The location's name", field="name"),
    "zone": checks.zone,
    "address": partial(checks.optional_text, what="The address", field="address"),
    "phone": checks.phone,
    "slug": checks.slug,
    "directions": partial(checks.note, what="How to find the location", field="directions"),
    "is_active": partial(checks.flag, what="Whether the location is active", field="is_active"),
}
_ROOM: checks.Checks = {
    "name": partial(checks.text, what="The room's name", field="name"),
    "capacity": partial(checks.whole, what="How many visits a room holds", field="capacity", low=1, high=100),
    "is_active": partial(checks.flag, what="Whether the room is active", field="is_active"),
}
_SERVICE: checks.Checks = {
    "name": partial(checks.text, what="The service's name", field="name"),
    "duration_minutes": partial(
        checks.whole, what="The duration in minutes", field="duration_minutes", low=5, high=720, step=5
    ),
    "fee_minor": partial(checks.minor, what="The fee", field="fee_minor"),
    "code": partial(checks.optional_text, what="The code", field="code"),
    "modifiers": checks.modifiers,
    "buffer_before_minutes": partial(
        checks.whole, what="The buffer before a visit", field="buffer_before_minutes", low=0, high=240, step=5
    ),
    "buffer_after_minutes": partial(
        checks.whole, what="The buffer after a visit", field="buffer_after_minutes", low=0, high=240, step=5
    ),
    "capacity": partial(checks.whole, what="How many clients a visit takes", field="capacity", low=1, high=100),
    "needs_room": partial(checks.flag, what="Whether the service needs a room", field="needs_room"),
    "is_for_new_clients": partial(
        checks.flag, what="Whether the service is for new clients", field="is_for_new_clients"
    ),
    "online": partial(
        checks.one_of, what="What is offered online", field="online", choices=("bookable", "contact", "hidden")
    ),
    "modes": partial(checks.one_of, what="How it is given", field="modes", choices=("in_person", "video", "both")),
    "billing_unit": partial(
        checks.one_of, what="Who is charged", field="billing_unit", choices=("attendee", "appointment")
    ),
    "description": partial(checks.note, what="The description", field="description"),
    "preparation": partial(checks.note, what="What to prepare", field="preparation"),
    "is_active": partial(checks.flag, what="Whether the service is active", field="is_active"),
}
_LOCATION_LATER = {"is_active": True, "slug": None, "directions": None}
_SERVICE_LATER = {
    "is_active": True, "online": "hidden", "description": None,
    "preparation": None,
}  # fmt: skip


def practice_today(reader: Reader) -> date:
    """Today by the practice's zone (UTC until it has one)."""
    return local_date(reader.now, reader.setting("zone", "UTC"))


def check_unused(
    work: Work, table: str, name: str, what: str, *, except_key: str | None = None, location_id: str | None = None
) -> None:
    """Refuse a name that another row of the table has, in whatever case."""
    if queries.name_taken(work, table, name, except_key=except_key, location_id=location_id):
        raise Conflict(f"There is already a {what} of that name; choose another name.", rule="name_taken", field="name")


@command(Permission.SET_UP)
def set_practice(work: Work, *, name: str, zone: str, currency: str) -> dict[str, Any]:
    """Name the practice and set its time zone and its one currency, which stays."""
    present = work.setting("currency")
    code = Currency.of(checks.text(currency, "The currency", "currency")).code
    if present and present != code:
        raise Refusal(
            f"This practice keeps its money in {present}; a second currency needs a data directory of its own.",
            rule="one_currency",
            field="currency",
        )
    kept = {
        "practice_name": checks.text(name, "The practice's name", "name"),
        "zone": checks.zone(zone),
        "currency": code,
    }
    for setting, value in kept.items():
        work.keep_setting(setting, value)
    return kept


@command(Permission.SET_UP)
def add_location(
    work: Work, *, name: str, zone: str, address: str | None = None, phone: str | None = None
) -> dict[str, Any]:
    """Add a place where clients are seen, with its own time zone."""
    if work.actor.location_ids:
        raise Refusal("You set up your own locations only; ask the owner to add another one.", rule="permission")
    fields = {"name": name, "zone": zone, "address": address, "phone": phone}
    row = {"location_id": work.new_id(), **checks.changed(fields, _LOCATION, "location"), **_LOCATION_LATER}
    check_unused(work, "locations", row["name"], "location")
    work.insert("locations", row)
    return {"location_id": row["location_id"]}


@command(Permission.SET_UP)
def change_location(work: Work, *, location_id: str, **fields: Any) -> dict[str, Any]:
    """Change a location. Closing it evicts nobody: the visits still booked there are listed.

    Its zone stays while visits are booked, because their wall times were promised in it.
    """
    present = work.get("locations", location_id, "location")
    require_location(work.actor, location_id)
    kept = checks.changed(fields, _LOCATION, "location")
    if "name" in kept:
        check_unused(work, "locations", kept["name"], "location", except_key=location_id)
    if kept.get("slug") and queries.slug_taken(work, kept["slug"], except_key=location_id):
        raise Conflict("Another location has that address; choose another one.", rule="slug_taken", field="slug")
    booked = queries.upcoming_appointments(work, "location_id", location_id)
    if kept.get("zone", present["zone"]) != present["zone"] and booked:
        raise Conflict(
            "Visits are booked at this location in its present time zone; move or cancel them first.",
            rule="zone_in_use",
            field="zone",
            alternatives=[present["zone"]],
        )
    work.update("locations", location_id, **kept)
    return {"location_id": location_id, "affected_appointment_ids": booked if kept.get("is_active") is False else []}


@command(Permission.SET_UP)
def add_room(work: Work, *, location_id: str, name: str, capacity: int = 1) -> dict[str, Any]:
    """Add a room; `capacity` is how many visits it holds at once."""
    work.get("locations", location_id, "location")
    require_location(work.actor, location_id)
    kept = checks.changed({"name": name, "capacity": capacity}, _ROOM, "room")
    check_unused(work, "rooms", kept["name"], "room at this location", location_id=location_id)
    row = {"room_id": work.new_id(), "location_id": location_id, **kept, "is_active": True}
    work.insert("rooms", row)
    return {"room_id": row["room_id"]}


@command(Permission.SET_UP)
def change_room(work: Work, *, room_id: str, **fields: Any) -> dict[str, Any]:
    """Change a room. Closing it, or lowering its capacity, evicts nobody: the visits that no longer fit are listed."""
    present = work.get("rooms", room_id, "room")
    location_id = present["location_id"]
    require_location(work.actor, location_id)
    kept = checks.changed(fields, _ROOM, "room")
    if "name" in kept:
        check_unused(work, "rooms", kept["name"], "room at this location", except_key=room_id, location_id=location_id)
    affected = []
    if kept.get("is_active") is False:
        affected = queries.upcoming_appointments(work, "room_id", room_id)
    elif kept.get("capacity", present["capacity"]) < present["capacity"]:
        affected = queries.beyond_room_capacity(work, room_id, kept["capacity"])
    work.update("rooms", room_id, **kept)
    return {"room_id": room_id, "affected_appointment_ids": affected}


@command(Permission.SET_UP)
def add_service(
    work: Work,
    *,
    name: str,
    duration_minutes: int,
    fee_minor: int,
    code: str | None = None,
    buffer_before_minutes: int = 0,
    buffer_after_minutes: int = 0,
    capacity: int = 1,
    needs_room: bool = False,
    is_for_new_clients: bool = False,
    billing_unit: str = "attendee",
    modes: str = "both",
    modifiers: str | None = None,
) -> dict[str, Any]:
    """Add what can be booked: how long it takes, what it costs, how many clients it takes at once.

    `billing_unit` attendee charges each client; appointment charges a couple or family once.
    """
    fields = {
        "name": name, "duration_minutes": duration_minutes, "fee_minor": fee_minor, "code": code,
        "buffer_before_minutes": buffer_before_minutes, "buffer_after_minutes": buffer_after_minutes,
        "capacity": capacity, "needs_room": needs_room, "is_for_new_clients": is_for_new_clients,
        "billing_unit": billing_unit, "modes": modes, "modifiers": modifiers,
    }  # fmt: skip
    row = {"service_id": work.new_id(), **checks.changed(fields, _SERVICE, "service"), **_SERVICE_LATER}
    check_unused(work, "services", row["name"], "service")
    _check_unit(row)
    work.insert("services", row)
    return {"service_id": row["service_id"]}


@command(Permission.SET_UP)
def change_service(work: Work, *, service_id: str, **fields: Any) -> dict[str, Any]:
    """Change a service from now on; visits already booked keep their length, capacity and place.

    Withdrawing it, or lowering its capacity, evicts nobody: the visits that no longer fit are listed.
    """
    present = work.get("services", service_id, "service")
    kept = checks.changed(fields, _SERVICE, "service")
    if "name" in kept:
        check_unused(work, "services", kept["name"], "service", except_key=service_id)
    _check_unit(present | kept)
    affected = []
    if kept.get("is_active") is False:
        affected = queries.upcoming_appointments(work, "service_id", service_id)
    elif kept.get("capacity", present["capacity"]) < present["capacity"]:
        affected = queries.beyond_service_capacity(work, service_id, kept["capacity"])
    work.update("services", service_id, **kept)
    return {"service_id": service_id, "affected_appointment_ids": affected}


def _check_unit(service: Row) -> None:
    if service["billing_unit"] == "appointment" and service["capacity"] < 2:
        raise Refusal(
            "A couple or family is at least two clients; let the service take two or more at once.",
            rule="capacity",
            field="capacity",
        )
