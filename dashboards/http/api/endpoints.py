"""Each thing that the API does: its address, scope, what it takes, what it answers, and how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from dashboards import runtime
from dashboards.http.api import models as m
from practice.access.permissions import Actor
from practice.clock import as_utc, to_instant
from practice.errors import NotFound, NotPermitted
from practice.online import links, queries
from practice.online.booking import book_online
from practice.online.changing import (
    MOVED_ONLINE,
    NO_VISIT,
    booked_visit,
    cancel_online,
    move_online,
    promise_of,
)
from practice.online.offering import modes_of, require_mode, service_at, times
from practice.scheduling.model import spelled
from practice.store.work import Reader, Row

UNKNOWN_LOCATION = "There is no online booking at this location; ask for the list of locations."


@dataclass(frozen=True)
class Call:
    """One call: who asks, what was sent, and what makes a repeated one harmless."""

    actor: Actor
    sent: Any
    booking_id: str = ""
    key: str | None = None
    secret: str = ""


@dataclass(frozen=True)
class Endpoint:
    """`takes` is read from the query of a GET and from the body of a POST."""

    method: str
    path: str
    name: str
    scope: str
    summary: str
    takes: type[BaseModel]
    answers: type[BaseModel]
    does: Callable[[Call], BaseModel]
    status: int = 200

    @property
    def is_writing(self) -> bool:
        """Whether it changes anything, so that an Idempotency-Key makes sense."""
        return self.method == "POST"


def _location(reader: Reader, actor: Actor, location_id: str) -> Row:
    found = next((row for row in queries.open_locations(reader) if row["location_id"] == location_id), None)
    if found is None:
        raise NotFound(UNKNOWN_LOCATION)
    if actor.location_ids and location_id not in actor.location_ids:
        raise NotPermitted("This key is for other locations; ask for the list of locations.")
    return found


def locations(call: Call) -> m.Locations:
    with runtime.current().record.read() as reader:
        rows = queries.open_locations(reader)
    allowed = call.actor.location_ids
    mine = [row for row in rows if not allowed or row["location_id"] in allowed]
    return m.Locations(locations=[m.Location(**{name: row[name] for name in m.Location.model_fields}) for row in mine])


def services(call: Call) -> m.Services:
    with runtime.current().record.read() as reader:
        _location(reader, call.actor, call.sent.location_id)
        rows = queries.offered_services(reader, call.sent.location_id)
    return m.Services(services=[_service(row) for row in rows])


def _service(row: Row) -> m.Service:
    same = ("service_id", "name", "online", "is_for_new_clients", "description", "preparation", "provider_ids")
    return m.Service(
        **{name: row[name] for name in same},
        minutes=row["duration_minutes"],
        modes=list(modes_of(row)),
        seats=row["capacity"],
    )


def providers(call: Call) -> m.Providers:
    with runtime.current().record.read() as reader:
        _location(reader, call.actor, call.sent.location_id)
        service = service_at(reader, call.sent.location_id, call.sent.service_id)
        rows = queries.providers(reader, service["provider_ids"])
    return m.Providers(providers=[m.Provider(**row) for row in rows])


def slots(call: Call) -> m.Slots:
    sent: m.SlotSearch = call.sent
    with runtime.current().record.read() as reader:
        location = _location(reader, call.actor, sent.location_id)
        service = service_at(reader, sent.location_id, sent.service_id)
        require_mode(service, sent.mode)
        rows = times(
            reader, sent.location_id, service, sent.provider_id, first=sent.first, days=sent.days, mode=sent.mode
        )
    zone = location["zone"]
    return m.Slots(
        slots=[
            m.Slot(
                start=spelled(row["wall_start"]),
                end=spelled(row["wall_end"]),
                starts_at=to_instant(row["wall_start"], zone),
                zone=zone,
                provider_id=row["provider_id"],
                provider_name=row["provider_name"],
                seats_left=row["seats_left"],
            )
            for row in rows
        ]
    )


def book(call: Call) -> m.Booking:
    sent: m.NewBooking = call.sent
    with runtime.current().record.read() as reader:
        _location(reader, call.actor, sent.location_id)
    typed = {name: getattr(sent, name) for name in ("given_name", "family_name", "email", "phone")}
    booked = runtime.current().record.run(
        book_online, call.actor, key=call.key, location_id=sent.location_id, service_id=sent.service_id,
        provider_id=sent.provider_id, wall_start=sent.start, mode=sent.mode, **typed,
        birth_date=str(sent.birth_date) if sent.birth_date else None, token_hash=links.hashed(call.secret),
    )  # fmt: skip
    return _booking(call.actor, booked["attendee_id"], f"/visit/{call.secret}")


def see(call: Call) -> m.Booking:
    return _booking(call.actor, call.booking_id)


def move(call: Call) -> m.Booking:
    runtime.current().record.run(
        move_online, call.actor, key=call.key, reason=MOVED_ONLINE, booking_id=call.booking_id,
        wall_start=call.sent.start,
    )  # fmt: skip
    return _booking(call.actor, call.booking_id)


def cancel(call: Call) -> m.Booking:
    words = " ".join((call.sent.words or "").split())
    runtime.current().record.run(
        cancel_online, call.actor, key=call.key, reason=words or None, booking_id=call.booking_id, code=call.sent.code
    )
    return _booking(call.actor, call.booking_id)


def _booking(actor: Actor, booking_id: str, manage_path: str | None = None) -> m.Booking:
    """A booking of the key's own, as it stands now."""
    with runtime.current().record.read() as reader:
        visit = booked_visit(reader, actor.user_id, booking_id)
        if visit is None or (actor.location_ids and visit["location_id"] not in actor.location_ids):
            raise NotFound(NO_VISIT)
        told = promise_of(reader, visit)
        base = reader.setting("public_url") or ""
    same = ("status", "location_id", "service_id", "provider_id", "mode", "zone")
    return m.Booking(
        booking_id=booking_id,
        **{name: visit[name] for name in same},
        start=spelled(visit["wall_start"]),
        end=spelled(visit["wall_end"]),
        starts_at=as_utc(visit["starts_at"]),
        can_be_changed=visit["status"] == "scheduled" and told.is_open,
        change_until=as_utc(told.change_until),
        manage_url=base + manage_path if manage_path else None,
    )


ENDPOINTS = (
    Endpoint("GET", "/locations", "listLocations", "slots:read", "Where to book", m.Nothing, m.Locations, locations),
    Endpoint("GET", "/services", "listServices", "slots:read", "What to book", m.AtLocation, m.Services, services),
    Endpoint("GET", "/providers", "listProviders", "slots:read", "Who gives it", m.ForService, m.Providers, providers),
    Endpoint("GET", "/slots", "listSlots", "slots:read", "Free times, earliest first", m.SlotSearch, m.Slots, slots),
    Endpoint("POST", "/bookings", "book", "bookings:write", "Book a visit", m.NewBooking, m.Booking, book, 201),
    Endpoint(
        "GET", "/bookings/{booking_id}", "seeBooking", "bookings:read", "A visit that this key has booked",
        m.Nothing, m.Booking, see,
    ),
    Endpoint(
        "POST", "/bookings/{booking_id}/move", "moveBooking", "bookings:write", "Move it to another time",
        m.Move, m.Booking, move,
    ),
    Endpoint(
        "POST", "/bookings/{booking_id}/cancel", "cancelBooking", "bookings:write", "Cancel it",
        m.Cancel, m.Booking, cancel,
    ),
)  # fmt: skip
