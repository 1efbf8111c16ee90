"""Hold a time while somebody types, and book it: by a stranger on the public pages, or by an API key."""

from __future__ import annotations

from practice.access.permissions import Actor, Permission
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.online import people
from practice.online.links import make_manage_link
from practice.online.offering import require_offered, who_is_free
from practice.online.refusals import in_public
from practice.scheduling.commands import book_appointment
from practice.scheduling.holds import hold_slot
from practice.scheduling.model import wall_time
from practice.store.record import command
from practice.store.work import Reader, Row, Work

HOLD_MINUTES = 10
"""How long a time is kept for somebody who types."""


@command(Permission.BOOK_ONLINE)
def hold_online(
    work: Work,
    *,
    location_id: str,
    service_id: str,
    wall_start: str,
    held_by: str,
    provider_id: str | None = None,
    mode: str = "in_person",
) -> Row:
    """Keep a time for a browser (`held_by` is a hash that stands for it); what it kept before is given back.

    Without a provider: whoever is free then with the emptiest day. Answers {hold_id, provider_id, expires_at,
    considered}; the audit entry keeps it, so that one can see later who was chosen and out of whom. A refusal names no
    other times: the page that asked lists them.
    """
    location, service = require_offered(work, location_id, service_id, provider_id, mode)
    wall = wall_time(wall_start)
    candidates = [provider_id] if provider_id else who_is_free(work, location, service, wall, mode)
    with in_public(work, location, service, provider_id, wall, with_times=False):
        held = hold_slot.function(
            work,
            provider_id=_first(candidates),
            service_id=service_id,
            location_id=location_id,
            wall_start=wall_start,
            mode=mode,
            purpose="online",
            held_by=held_by,
            minutes=HOLD_MINUTES,
        )
    return {
        "hold_id": held["hold_id"],
        "provider_id": candidates[0],
        "expires_at": held["expires_at"],
        "considered": candidates,
    }


def live_hold(reader: Reader, hold_id: str | None, held_by: str | None) -> Row | None:
    """The hold, while it keeps its time for that browser."""
    row = reader.find("holds", hold_id)
    if row is None or row["held_by"] != held_by or row["outcome"] is not None:
        return None
    return row if row["expires_at"] > stored(reader.now) else None


@command(Permission.BOOK_ONLINE)
def book_online(
    work: Work,
    *,
    location_id: str,
    service_id: str,
    wall_start: str,
    given_name: str,
    family_name: str,
    provider_id: str | None = None,
    birth_date: str | None = None,
    phone: str | None = None,
    email: str | None = None,
    mode: str = "in_person",
    hold_id: str | None = None,
    held_by: str | None = None,
    token_hash: str | None = None,
) -> Row:
    """Book a client by what they say about themselves; `token_hash` becomes that of their link to the visit.

    A time that was kept and has run out is booked all the same while it is free. Answers {appointment_id, attendee_id,
    starts_at, provider_id, considered, was_kept}: nothing about the client.
    """
    location, service = require_offered(work, location_id, service_id, provider_id, mode)
    details = people.checked(work, people.Details(given_name, family_name, birth_date, phone, email))
    wall = wall_time(wall_start)
    candidates = [provider_id] if provider_id else who_is_free(work, location, service, wall, mode)
    was_kept = live_hold(work, hold_id, held_by) is not None
    with in_public(work, location, service, provider_id, wall):
        wish = {
            "provider_id": _first(candidates),
            "service_id": service_id,
            "location_id": location_id,
            "wall_start": wall_start,
            "mode": mode,
            "channel": channel_of(work.actor),
        }
        booked = _for_known(work, service, details, wish, hold_id, held_by)
        if booked is None:
            client_id = people.new_client(work, details, location_id, candidates[0])
            hold = live_hold(work, hold_id, held_by)
            booked = book_appointment.function(
                work, client_id=client_id, hold_id=hold and hold["hold_id"], held_by=held_by, **wish
            )
    if token_hash:
        make_manage_link(work, booked["attendee_id"], token_hash=token_hash)
    answer = {name: booked[name] for name in ("appointment_id", "attendee_id", "starts_at")}
    return answer | {"provider_id": candidates[0], "considered": candidates, "was_kept": was_kept}


def _for_known(
    work: Work, service: Row, details: people.Details, wish: Row, hold_id: str | None, held_by: str | None
) -> Row | None:
    """Book the client whom the details fit; None where there is none, or where the rules refuse them.

    A refusal must not tell a stranger that somebody is a client here: a new client is booked then, whom the desk looks
    at. So whatever is for new clients alone is never booked for a known one either.
    """
    known = None if service["is_for_new_clients"] else people.match(work, details)
    if known is None:
        return None
    try:
        hold = live_hold(work, hold_id, held_by)
        booked: Row = book_appointment.function(
            work, client_id=known, hold_id=hold and hold["hold_id"], held_by=held_by, **wish
        )
    except Refusal:
        if any(entry["table"] in ("appointments", "attendees") for entry in work.noted):
            raise  # refused after it was written: then nothing of it may stay
        return None
    return booked


def channel_of(actor: Actor) -> str:
    """Through which door a booking came."""
    return "api" if actor.user_id.startswith("api:") else "online"


def _first(candidates: list[str]) -> str:
    if not candidates:
        raise Conflict("Nobody is free then.", rule="provider_taken")
    return candidates[0]
