"""Move or cancel one's own visit: by the link that stands in the message, or by the API key that booked it."""

from __future__ import annotations

from practice.access.permissions import Permission, require_location
from practice.errors import Conflict, NotFound, Refusal
from practice.online import queries
from practice.online.links import visit_behind
from practice.online.offering import service_at
from practice.online.refusals import in_public
from practice.online.rules import Promise, promise
from practice.online.seats import move_seat
from practice.scheduling.commands import cancel_appointment, move_appointment
from practice.scheduling.model import wall_time
from practice.scheduling.steps import WORDS
from practice.store.record import command
from practice.store.work import Reader, Row, Work

NO_VISIT = "There is no such visit; it may have been taken back. Call the practice if you expected one."
MOVED_ONLINE = "moved online by the client"
CLIENT_CODES = {
    "illness": "I am ill",
    "schedule_conflict": "I cannot make it then",
    "transport": "I cannot get there",
    "feeling_better": "I feel better",
    "cost": "The cost",
    "weather": "The weather",
    "other": "Another reason",
}
"""The reasons that clients choose from, in their own words: codes of `reasons.CANCEL_CODES`."""


@command(Permission.BOOK_ONLINE)
def move_online(work: Work, *, wall_start: str, token_hash: str | None = None, booking_id: str | None = None) -> Row:
    """Move one's own visit to another time of the same service, provider and place. The old one stays in the chain.

    Whose visit it is, the link's hash says, or the key that booked `booking_id` (an attendee's id). Of a group only
    this client's seat is moved. Answers {attendee_id, appointment_id, starts_at, is_late}.
    """
    visit = own_visit(work, token_hash, booking_id)
    told = require_changeable(work, visit)
    service = movable_service(work, visit)
    wall = wall_time(wall_start)
    location = work.get("locations", visit["location_id"], "location")
    own = {"client_id": visit["client_id"], "ignoring": visit["appointment_id"], "mode": visit["mode"]}
    with in_public(work, location, service, visit["provider_id"], wall, **own):
        if visit["capacity"] > 1:
            moved = move_seat(work, visit, wall_start)
        else:
            moved = move_appointment.function(
                work, appointment_id=visit["appointment_id"], wall_start=wall_start, moved_by="client"
            )
    answer = {name: moved[name] for name in ("attendee_id", "appointment_id", "starts_at")}
    return answer | {"is_late": told.is_late}


@command(Permission.BOOK_ONLINE)
def cancel_online(work: Work, *, code: str, token_hash: str | None = None, booking_id: str | None = None) -> Row:
    """Cancel one's own visit, for a coded reason and, if there are any, words (the command's reason).

    Answers {attendee_id, appointment_id, status, is_late}.
    """
    visit = own_visit(work, token_hash, booking_id)
    require_changeable(work, visit)
    if code not in CLIENT_CODES:
        raise Refusal(
            "Say why the visit is cancelled; choose a reason.",
            rule="reason_required",
            field="code",
            alternatives=list(CLIENT_CODES),
        )
    done = cancel_appointment.function(
        work,
        appointment_id=visit["appointment_id"],
        attendee_id=visit["attendee_id"],
        cancelled_by="client",
        code=code,
    )
    answer = {name: visit[name] for name in ("attendee_id", "appointment_id")}
    return answer | {"status": "cancelled", "is_late": done["is_late"]}


def own_visit(work: Work, token_hash: str | None, booking_id: str | None) -> Row:
    """The visit that the link leads to now, or that the acting key has booked; for everybody else there is none."""
    if token_hash is not None:
        found = visit_behind(work, token_hash)
    else:
        found = booked_visit(work, work.actor.user_id, booking_id or "")
    if found is None:
        raise NotFound(NO_VISIT)
    require_location(work.actor, found["location_id"])
    return found


def booked_visit(reader: Reader, actor_id: str, booking_id: str) -> Row | None:
    """The visit that this actor has booked under that attendee's id, as it stands now, wherever it was moved."""
    if queries.booked_by(reader, booking_id) != actor_id:
        return None
    found = queries.visit(reader, queries.last_attendee(reader, booking_id))
    return None if found is None or found["status"] == "entered_in_error" else found


def promise_of(reader: Reader, visit: Row) -> Promise:
    """What the client is promised about changing this visit."""
    scope = {name: visit[name] for name in ("service_id", "provider_id", "location_id", "client_id")}
    return promise(reader, **scope, starts_at=visit["starts_at"], zone=visit["zone"])


def require_changeable(reader: Reader, visit: Row) -> Promise:
    """The promise, while it holds; refused once the visit is settled, has begun, or is too near."""
    if visit["status"] != "scheduled":
        raise Conflict(
            f"This visit is {WORDS[visit['status']]}; it cannot be changed any more.", rule="already_settled"
        )
    told = promise_of(reader, visit)
    if not told.is_open:
        call = f"call {visit['phone']}" if visit["phone"] else "call the practice"
        raise Conflict(f"It is too near to change it here; please {call}.", rule="change_notice_minutes")
    return told


def movable_service(reader: Reader, visit: Row) -> Row:
    """The service, if its times are still offered online with that provider; else moving needs a call."""
    try:
        service = service_at(reader, visit["location_id"], visit["service_id"])
    except NotFound:
        service = {"provider_ids": []}
    if visit["provider_id"] not in service["provider_ids"]:
        raise Conflict("Times for this visit are not offered online; please call to move it.", rule="not_offered")
    return service
