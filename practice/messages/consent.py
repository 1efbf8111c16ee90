"""Consent: per client, channel and purpose, dated, with its source. The newest statement counts."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import NamedTuple

from practice.access.permissions import Permission
from practice.clock import stored
from practice.errors import NotFound
from practice.messages import queries
from practice.messages.kinds import ALLOWED_UNASKED, CHANNELS, KINDS, PURPOSES
from practice.people import checks
from practice.people.client_queries import require_client
from practice.store.record import command
from practice.store.work import Reader, Row, Work

LINK_DAYS = 400
"""How long the link in a message stops messages: longer than anybody keeps one."""


class Way(NamedTuple):
    """How a client can be reached for a purpose: a channel and its address, or why not at all (a code)."""

    channel: str
    address: str | None
    reason: str | None


def way_to(contact: Row, kind: str, *, is_text_on: bool) -> Way:
    """The best way to say this kind to a client: where consent was given first, then in the kind's order."""
    purpose, order = KINDS[kind].purpose, KINDS[kind].channels
    is_unasked = purpose in ALLOWED_UNASKED
    addresses = {"email": contact["email"], "text": contact["phone"] if is_text_on else None}
    given = {channel: contact[f"{channel}_given"] for channel in CHANNELS}
    allowed = [name for name in order if given[name] or (given[name] is None and is_unasked)]
    reachable = [name for name in allowed if addresses[name]]
    if reachable:
        best = min(reachable, key=lambda name: (not given[name], order.index(name)))
        return Way(best, addresses[best], None)
    return Way(order[0], None, "no_address" if allowed else "no_consent")


def way_on(contact: Row, kind: str, channel: str, *, is_text_on: bool) -> Way:
    """The way on the one channel for which a message is worded already."""
    given = contact[f"{channel}_given"]
    if not (given or (given is None and KINDS[kind].purpose in ALLOWED_UNASKED)):
        return Way(channel, None, "no_consent")
    address = contact["email"] if channel == "email" else contact["phone"] if is_text_on else None
    return Way(channel, address, None if address else "no_address")


def state_of(rows: list[Row]) -> dict[tuple[str, str], Row | None]:
    """(channel, purpose) → the statement that counts, or None; `rows` are newest first."""
    newest: dict[tuple[str, str], Row | None] = {(name, purpose): None for name in CHANNELS for purpose in PURPOSES}
    for row in reversed(rows):
        newest[row["channel"], row["purpose"]] = row
    return newest


def is_allowed(statement: Row | None, purpose: str) -> bool:
    """Whether messages of the purpose may go there: what was stated last, else what needs no asking."""
    return purpose in ALLOWED_UNASKED if statement is None else bool(statement["is_given"])


def _state(work: Work, client_id: str, channel: str, purpose: str, is_given: bool, source: str) -> str:
    row = {
        "consent_id": work.new_id(),
        "client_id": client_id,
        "channel": channel,
        "purpose": purpose,
        "is_given": is_given,
        "source": source,
        "effective_at": stored(work.now),
        "known_at": stored(work.now),
    }
    work.insert("consents", row)
    return str(row["consent_id"])


@command(Permission.EDIT_CLIENTS)
def record_consent(
    work: Work, *, client_id: str, channel: str, purpose: str, is_given: bool, source: str = "desk"
) -> Row:
    """Write down that a client agrees to messages of a purpose on a channel, or does not want them any more."""
    require_client(work, work.actor, client_id)
    checks.one_of(channel, "The channel", "channel", CHANNELS)
    checks.one_of(purpose, "The purpose", "purpose", tuple(PURPOSES))
    checks.one_of(source, "The source", "source", ("desk", "online", "import", "demo"))
    is_given = checks.flag(is_given, "Whether consent is given", "is_given")
    statement = state_of(queries.consents_of(work, client_id))[channel, purpose]
    if statement is not None and statement["is_given"] == is_given:
        return {"consent_id": statement["consent_id"]}
    return {"consent_id": _state(work, client_id, channel, purpose, is_given, source)}


def new_secret() -> tuple[str, str]:
    """A secret for a link, and the hash of it that the record keeps."""
    secret = secrets.token_urlsafe(24)
    return secret, hash_of(secret)


def hash_of(secret: str) -> str:
    """What the record keeps of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


@command(Permission.BOOK_ONLINE)
def stop_messages(work: Work, *, secret_hash: str) -> Row:
    """Whoever holds the link of a message does not want such messages any more, on no channel. Twice is once."""
    found = queries.message_of_link(work, secret_hash, stored(work.now) - timedelta(days=LINK_DAYS))
    if found is None:
        raise NotFound("This link does not work any more; call the practice, and we will stop the messages.")
    purpose = KINDS[found["kind"]].purpose
    present = state_of(queries.consents_of(work, found["client_id"]))
    for channel in CHANNELS:
        statement = present[channel, purpose]
        if statement is None or statement["is_given"]:
            _state(work, found["client_id"], channel, purpose, is_given=False, source="link")
    return {"purpose": purpose}


def purpose_of_link(reader: Reader, secret_hash: str) -> str | None:
    """What the link stops, or None if it is nobody's."""
    found = queries.message_of_link(reader, secret_hash, stored(reader.now) - timedelta(days=LINK_DAYS))
    return KINDS[found["kind"]].purpose if found else None
