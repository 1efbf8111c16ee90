"""From an offer to a visit: the place is booked, or the client's later visit moves there. Performed, or only tried."""

from __future__ import annotations

from practice.access.permissions import Actor
from practice.clock import stored
from practice.errors import Refusal
from practice.scheduling.booking import book_appointment
from practice.scheduling.model import spelled
from practice.scheduling.moving import move_appointment
from practice.scheduling.series.rehearsal import Rehearsal
from practice.store.work import Reader, Row, Work
from practice.waitlist import queries

HELD_BY = "waitlist"
"""Who keeps a place while it is being offered."""


class Trial(Rehearsal):
    """A rehearsal that only asks whether a place would be granted: nobody reads which other times would pass."""

    wants_alternatives = False

    def __init__(self, reader: Reader, actor: Actor) -> None:
        """As `actor` would be answered, whoever asks: it is the client who accepts, not the desk that looks."""
        super().__init__(reader, actor)
        self.actor = actor


def take_place(work: Work, place: Row, entry: Row, fallback: Row | None, hold_id: str | None) -> str:
    """Book the place for the entry's client, or move their later visit there; the visit's id. Refuses as booking does.

    `place` names provider_id, location_id and wall_start; a hold of it is converted.
    """
    if fallback:
        return _move(work, place, fallback, hold_id)
    return _book(work, place, entry, hold_id)


def refusal_of(
    trial: Trial, place: Row, entry: Row, fallback: Row | None, hold_id: str | None = None
) -> Refusal | None:
    """Why booking would refuse the place to this client now, or None. Nothing is written, and nothing is remembered."""
    try:
        with trial.only_trying():
            take_place(trial, place, entry, fallback, hold_id)
    except Refusal as refusal:
        return refusal
    return None


def coming_fallback(reader: Reader, entry: Row) -> Row | None:
    """The client's later visit, if it is still to come."""
    visit = reader.find("appointments", entry["fallback_appointment_id"])
    if visit is None or visit["starts_at"] <= stored(reader.now):
        return None
    return visit if queries.attendee_in(reader, visit["appointment_id"], entry["client_id"]) else None


def mode_of(service: Row) -> str:
    """How a visit of the service is held at a place that was offered: in person, unless there is video alone."""
    return "video" if service["modes"] == "video" else "in_person"


def _book(work: Work, place: Row, entry: Row, hold_id: str | None) -> str:
    booked = book_appointment.function(
        work,
        client_id=entry["client_id"],
        provider_id=place["provider_id"],
        service_id=entry["service_id"],
        location_id=place["location_id"],
        wall_start=spelled(place["wall_start"]),
        mode=mode_of(work.get("services", entry["service_id"], "service")),
        channel="waitlist",
        hold_id=hold_id,
        held_by=HELD_BY,
    )
    return str(booked["appointment_id"])


def _move(work: Work, place: Row, fallback: Row, hold_id: str | None) -> str:
    """The later visit moves to the place. The practice offered it, so that nobody is late by accepting."""
    moved = move_appointment.function(
        work,
        appointment_id=fallback["appointment_id"],
        provider_id=place["provider_id"],
        location_id=place["location_id"],
        wall_start=spelled(place["wall_start"]),
        moved_by="practice",
        code="offer_accepted",
        channel="waitlist",
        hold_id=hold_id,
        held_by=HELD_BY,
    )
    return str(moved["appointment_id"])
