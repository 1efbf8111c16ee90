"""Whose booking it is. A stranger never learns whether somebody is a client: a match happens in silence."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from practice.access.permissions import Actor, Permission, require, require_location
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.online import queries
from practice.people import checks
from practice.people.client_queries import likely_duplicates
from practice.people.clients import add_client
from practice.people.setup import practice_today
from practice.scheduling import booking_queries as facts
from practice.scheduling.model import GONE
from practice.scheduling.taking import keep_only, standing_claims
from practice.store.record import command
from practice.store.work import Reader, Row, Work

_FEWEST_DIGITS = 7


@dataclass(frozen=True)
class Details:
    """What somebody says about themselves; checked."""

    given_name: str
    family_name: str
    birth_date: str | None = None
    phone: str | None = None
    email: str | None = None


def checked(work: Work, details: Details) -> Details:
    """The details as they would be kept; refused where they are no answer, or where no answer could be sent back."""
    born = checks.birth_date(details.birth_date, practice_today(work))
    kept = Details(
        given_name=checks.text(details.given_name, "The given name", "given_name"),
        family_name=checks.text(details.family_name, "The family name", "family_name"),
        birth_date=str(born) if born else None,
        phone=checks.phone(details.phone),
        email=checks.email(details.email),
    )
    if born is None and is_birth_date_needed(work):
        raise Refusal("The date of birth is missing; write it like 1990-05-17.", field="birth_date")
    if not kept.email and not kept.phone:
        raise Refusal("Give an e-mail address or a phone number, so that we can reach you.", field="email")
    return kept


def is_birth_date_needed(work: Work) -> bool:
    """Whether the practice asks everybody who books online for the date of birth."""
    return bool(work.setting("online_birth_date", False))


def match(work: Work, details: Details) -> str | None:
    """The client whom all of it fits: name, date of birth, and e-mail or phone. None when in doubt."""
    if details.birth_date is None:
        return None
    born = checks.day(details.birth_date, "The date of birth", "birth_date")
    for row in queries.same_people(work, details.given_name, details.family_name, born):
        same_mail = details.email and row["email"] and details.email.lower() == row["email"].lower()
        if same_mail or _same_phone(details.phone, row["phone"]):
            return str(row["client_id"])
    return None


def _same_phone(one: str | None, other: str | None) -> bool:
    """The same number, with the country's code or without."""
    short, long = sorted(
        (re.sub(r"\D", "", one or "").lstrip("0"), re.sub(r"\D", "", other or "").lstrip("0")), key=len
    )
    return len(short) >= _FEWEST_DIGITS and long.endswith(short)


def new_client(work: Work, details: Details, location_id: str, provider_id: str) -> str:
    """A client of these details, marked for the desk to look at, with whom it resembles."""
    born = checks.optional_day(details.birth_date, "The date of birth", "birth_date")
    alike = likely_duplicates(work, details.given_name, details.family_name, born, details.phone, details.email)
    added = add_client.function(
        work,
        given_name=details.given_name,
        family_name=details.family_name,
        birth_date=details.birth_date,
        phone=details.phone,
        email=details.email,
        location_id=location_id,
        provider_id=provider_id,
        is_duplicate_accepted=True,
    )
    work.insert(
        "client_reviews",
        {
            "client_review_id": work.new_id(),
            "client_id": added["client_id"],
            "resembles": json.dumps(alike),
            "made_at": stored(work.now),
            "outcome": None,
            "settled_at": None,
        },
    )
    return str(added["client_id"])


def reviews(reader: Reader, actor: Actor) -> list[Row]:
    """New clients from online, of the actor's locations, whom nobody has looked at; `resembles` is a list of ids."""
    require(actor, Permission.EDIT_CLIENTS)
    waiting = queries.reviews(reader, sorted(actor.location_ids))
    return [row | {"resembles": json.loads(row["resembles"])} for row in waiting]


@command(Permission.EDIT_CLIENTS)
def settle_review(work: Work, *, client_review_id: str, same_as: str | None = None) -> Row:
    """Somebody has looked: a new client indeed, or the one named. Then the visits become theirs, and the record made
    online is archived. Refused if that would book them twice at a time. Answers {client_id}."""
    review = work.get("client_reviews", client_review_id, "review")
    client = work.get("clients", review["client_id"], "client")
    require_location(work.actor, client["location_id"])
    if review["outcome"] is not None:
        raise Conflict("Somebody has looked at this client already.", rule="already_settled")
    if same_as is not None:
        _become(work, client, work.get("clients", same_as, "client"))
    work.update("client_reviews", client_review_id, outcome="same" if same_as else "new", settled_at=stored(work.now))
    return {"client_id": same_as or client["client_id"]}


def _become(work: Work, made: Row, known: Row) -> None:
    """The visits and their claims go from the record that was made online to the client who was known before."""
    if made["client_id"] == known["client_id"] or not known["is_active"]:
        raise Refusal("Choose another, active client.", rule="same_client", field="same_as")
    require_location(work.actor, known["location_id"])
    attendees = queries.visits_of(work, made["client_id"])
    if facts.charged(work, [row["attendee_id"] for row in attendees]):
        raise Conflict("A visit of this client is charged; void the charge first.", rule="charged")
    live = {row["appointment_id"] for row in attendees if row["status"] not in GONE}
    for appointment_id in sorted(live):
        _take_over(work, work.get("appointments", appointment_id, "visit"), made["client_id"], known["client_id"])
    for row in attendees:
        work.update("attendees", row["attendee_id"], client_id=known["client_id"], known_at=stored(work.now))
    work.update("clients", made["client_id"], is_active=False)


def _take_over(work: Work, appointment: Row, made_id: str, known_id: str) -> None:
    """The client's claim of one visit, from the one to the other, who must be free then."""
    if facts.held(work, [known_id], appointment["starts_at"], appointment["ends_at"]):
        raise Conflict(
            f"That client has another visit on {appointment['wall_start']:%-d %B at %H:%M} already; "
            "move or cancel one of the two first.",
            rule="client_taken",
        )
    claims = standing_claims(work, appointment["appointment_id"])
    theirs = [claim._replace(resource_id=known_id) if claim.resource_id == made_id else claim for claim in claims]
    keep_only(work, appointment["appointment_id"], theirs)
