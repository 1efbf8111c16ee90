"""The tablet in the waiting room, made and revoked in the set-up: it checks people in and tells of nobody."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import unicodedata
from datetime import date, datetime, timedelta
from typing import Any

from practice.access.permissions import Actor, Permission, require, require_location
from practice.clock import local_date, stored, to_wall
from practice.errors import Conflict, NotFound, Refusal
from practice.scheduling import flow_queries
from practice.scheduling.attendance import record_arrival
from practice.scheduling.flow import expected_start
from practice.scheduling.model import spelled
from practice.store.record import Record, command
from practice.store.work import Reader, Row, Work

BEFORE, AFTER = timedelta(minutes=60), timedelta(minutes=30)
"""The kiosk knows visits from so long before their start until so long after it."""

SEATING = "Please take a seat in the waiting room."
SEE_THE_DESK = "We could not check you in here. Please see the front desk; they will be glad to help you."
"""One sentence for every reason: it must not tell whether somebody is known, or expected, or two share a name."""

_OWN = secrets.token_bytes(32)

LATE = timedelta(minutes=10)
"""From so much on the tablet says that it will take longer."""


def create_kiosk(
    record: Record, actor: Actor, *, location_id: str, name: str, seating: str | None = None, key: str | None = None
) -> dict[str, Any]:
    """Make a kiosk. Answers {kiosk_id, secret}: the secret is shown once and kept nowhere but in its hash."""
    require(actor, Permission.SET_UP)
    secret = _secret(key)
    answer: dict[str, Any] = record.run(
        add_kiosk, actor, key=key, location_id=location_id, name=name, seating=seating, token_hash=hash_of(secret)
    )
    return answer | {"secret": secret}


def _secret(key: str | None) -> str:
    """A fresh secret; for a form's key always the same while the process lives, so that a double click makes one."""
    made = secrets.token_bytes(24) if key is None else hmac.digest(_OWN, key.encode(), "sha256")[:24]
    return base64.urlsafe_b64encode(made).decode()


def hash_of(secret: str) -> str:
    """What the record keeps of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


@command(Permission.SET_UP)
def add_kiosk(
    work: Work, *, location_id: str, name: str, token_hash: str, seating: str | None = None
) -> dict[str, Any]:
    """Let a tablet at a location check people in. Call `create_kiosk`, which makes the secret."""
    work.get("locations", location_id, "location")
    require_location(work.actor, location_id)
    label = " ".join(name.split())
    if not 1 <= len(label) <= 60:
        raise Refusal("Name the kiosk in 1 to 60 characters, such as Waiting room.", rule="name", field="name")
    where = " ".join((seating or "").split())
    if len(where) > 200:
        raise Refusal("Say where to sit in at most 200 characters.", rule="too_long", field="seating")
    row = {
        "kiosk_id": work.new_id(),
        "location_id": location_id,
        "name": label,
        "token_hash": token_hash,
        "seating": where or None,
        "created_at": stored(work.now),
        "revoked_at": None,
    }
    work.insert("kiosks", row)
    return {"kiosk_id": row["kiosk_id"]}


@command(Permission.SET_UP)
def revoke_kiosk(work: Work, *, kiosk_id: str) -> dict[str, Any]:
    """The tablet's page answers nobody from now on."""
    kiosk = work.get("kiosks", kiosk_id, "kiosk")
    require_location(work.actor, kiosk["location_id"])
    if kiosk["revoked_at"] is not None:
        raise Conflict("This kiosk is out of use already; make another one.", rule="revoked")
    work.update("kiosks", kiosk_id, revoked_at=work.now)
    return {"kiosk_id": kiosk_id}


def kiosk_of(reader: Reader, secret: str) -> tuple[Row, Actor]:
    """The kiosk behind a secret and the actor that it is. Raises NotFound for an unknown or revoked one."""
    kiosk = flow_queries.kiosk_by_hash(reader, hash_of(secret))
    if kiosk is None:
        raise NotFound("This kiosk is not in use; please see the front desk.")
    place = frozenset({kiosk["location_id"]})
    return kiosk, Actor(f"kiosk:{kiosk['kiosk_id']}", "kiosk", kiosk["name"], location_ids=place)


@command(Permission.CHECK_IN)
def check_in(work: Work, *, kiosk_id: str, name: str, birth_date: str) -> dict[str, Any]:
    """Record the arrival of whoever has this name and birth date, if that means exactly one visit here about now.

    Answers {attendee_id, appointment_id, starts_at, wall_start, provider_name, expected_wall, is_late, seating}; said
    again, the same. Everything else is refused with one sentence, rule see_the_desk.
    """
    kiosk = work.get("kiosks", kiosk_id, "kiosk")
    if kiosk["revoked_at"] is not None:
        raise NotFound("This kiosk is not in use; please see the front desk.")
    require_location(work.actor, kiosk["location_id"])
    zone = work.get("locations", kiosk["location_id"], "location")["zone"]
    now = stored(work.now)
    rows = flow_queries.expected_at(
        work, kiosk["location_id"], _born(birth_date), local_date(now, zone), now - AFTER, now + BEFORE
    )
    meant = [row for row in rows if is_meant(name, row["given_name"], row["family_name"])]
    if len(meant) != 1:
        raise Refusal(SEE_THE_DESK, rule="see_the_desk")
    (found,) = meant
    if found["status"] == "scheduled":
        record_arrival.function(work, attendee_id=found["attendee_id"])
    return _welcome(work, found, kiosk, zone, now)


def is_meant(typed: str, given_name: str, family_name: str) -> bool:
    """Whether a name as people type it means this one: first given name and the whole family name, in either order.

    Case, accents, hyphens and dots do not count; further given names may be left out, but not be wrong.
    """
    words, given, family = _words(typed), _words(given_name), _words(family_name)
    if not given or not family or not words:
        return False
    for said in (words[: -len(family)] if words[-len(family) :] == family else None,
                 words[len(family) :] if words[: len(family)] == family else None):  # fmt: skip
        if said and said[0] == given[0] and said == [word for word in given if word in said]:
            return True
    return False


def _welcome(work: Work, found: Row, kiosk: Row, zone: str, now: datetime) -> dict[str, Any]:
    appointment = work.get("appointments", found["appointment_id"], "visit")
    provider = work.get("providers", appointment["provider_id"], "provider")
    others = flow_queries.of_provider(work, appointment["provider_id"], appointment["start_date"])
    at = expected_start(appointment, others, now)
    return {
        "attendee_id": found["attendee_id"],
        "appointment_id": found["appointment_id"],
        "starts_at": appointment["starts_at"],
        "wall_start": spelled(appointment["wall_start"]),
        "provider_name": provider["name"],
        "expected_wall": spelled(to_wall(at, zone)),
        "is_late": at - appointment["starts_at"] >= LATE,
        "seating": kiosk["seating"] or SEATING,
    }


def _born(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(
            "That is no date; give the day, the month and the year of birth.", rule="date", field="birth_date"
        ) from None


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.findall(r"\w+", bare.replace("'", "").replace("’", ""))
