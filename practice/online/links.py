"""The link to one's own visit: a secret that stands in a message, and only its hash in the record."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from practice.clock import stored
from practice.online import queries
from practice.store.work import Reader, Row, Work

LINK_LIFE = timedelta(days=30)
"""How long after the visit's end a link still shows it."""

_LONGEST = 200


def new_secret() -> str:
    """Nobody guesses it: 192 bits, fit for an address."""
    return secrets.token_urlsafe(24)


def hashed(secret: str) -> str:
    """What the record keeps of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def derived(purpose: str, key: str) -> str:
    """A secret that follows from another one: the same form sent twice leads to the same page."""
    return hashlib.sha256(f"{purpose}:{key}".encode()).hexdigest()[:48]


def make_manage_link(work: Work, attendee_id: str, *, token_hash: str | None = None) -> str:
    """A new link to a client's visit. Answers its secret, which only the message may hold.

    With `token_hash` the caller has the secret already; the answer is then empty.
    """
    secret = "" if token_hash else new_secret()
    attendee = work.get("attendees", attendee_id, "visit")
    appointment = work.get("appointments", attendee["appointment_id"], "visit")
    work.insert(
        "manage_links",
        {
            "manage_link_id": work.new_id(),
            "token_hash": token_hash or hashed(secret),
            "attendee_id": attendee_id,
            "created_at": stored(work.now),
            "expires_at": appointment["ends_at"] + LINK_LIFE,
            "revoked_at": None,
        },
    )
    return secret


def visit_behind(reader: Reader, token_hash: str) -> Row | None:
    """The visit that a link shows now, moves followed to the last one; None for an unknown, expired or revoked link.

    A row of `queries.visit`. A link lives on while the visit that it leads to is not long over.
    """
    link = queries.link(reader, token_hash)
    if link is None or link["revoked_at"] is not None:
        return None
    found = queries.visit(reader, queries.last_attendee(reader, link["attendee_id"]))
    if found is None or found["status"] == "entered_in_error":
        return None
    until = max(link["expires_at"], found["ends_at"] + LINK_LIFE)
    return found if stored(reader.now) < until else None


def is_secret(text: str) -> bool:
    """Whether the text may be a secret of ours at all."""
    return 0 < len(text) <= _LONGEST
