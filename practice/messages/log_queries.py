"""Reads for people: the log of messages, what is left to do about them, and a client's trail."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from practice.access.permissions import Actor, Permission, require
from practice.messages.kinds import ABOUT_A_VISIT
from practice.people.client_queries import client_scope, require_client
from practice.store.work import Reader, Row

_SECRET = re.compile(r"(https?://\S+/)[\w-]{20,}")

_COLUMNS = (
    "select m.message_id, m.client_id, c.given_name || ' ' || c.family_name as name, m.kind, m.channel, m.status,"
    " m.status_reason, m.queued_at, m.not_before_at, m.sent_at, m.attempts, m.carried_by, m.appointment_id,"
    " m.offer_id, m.recall_id, t.version, a.wall_start, a.zone"
    " from messages m join clients c using (client_id) left join message_templates t using (message_template_id)"
    " left join appointments a on a.appointment_id = m.appointment_id"
)


def log(reader: Reader, actor: Actor, *, statuses: Sequence[str] = (), text: str = "", limit: int = 100) -> list[Row]:
    """The newest messages to clients in the actor's scope; without addresses and words. `text`: part of a name."""
    require(actor, Permission.BOOK)
    scope, scoped = client_scope(actor)
    return reader.rows(
        f"{_COLUMNS} where {scope} and (? = 0 or list_contains(?, m.status))"
        " and contains(strip_accents(lower(c.given_name || ' ' || c.family_name)), strip_accents(lower(?)))"
        " order by m.audit_seq desc, m.message_id desc limit ?",
        *scoped,
        len(statuses),
        list(statuses),
        text.strip(),
        limit,
    )


def message(reader: Reader, actor: Actor, message_id: str) -> Row:
    """One message with its address and words; one that was carried by another has that one's.

    The secrets of its links are left out: they are the client's, and open more than some roles may do.
    """
    require(actor, Permission.SEE_CLIENTS)
    found = reader.get("messages", message_id, "message")
    require_client(reader, actor, found["client_id"])
    if found["carried_by"]:
        carrier = reader.get("messages", found["carried_by"], "message")
        found |= {name: carrier[name] for name in ("subject", "body", "address", "message_template_id")}
    found["body"] = _SECRET.sub(r"\1…", found["body"] or "") or None
    version = reader.find("message_templates", found["message_template_id"])
    return found | {"version": version["version"] if version else None}


def trail(reader: Reader, actor: Actor, client_id: str, limit: int = 40) -> list[Row]:
    """What was said to a client, the newest first."""
    require(actor, Permission.SEE_CLIENTS)
    require_client(reader, actor, client_id)
    return reader.rows(
        f"{_COLUMNS} where m.client_id = ? order by m.audit_seq desc, m.message_id desc limit ?", client_id, limit
    )


def to_do(reader: Reader, actor: Actor, now: datetime, limit: int = 200) -> list[Row]:
    """What a person has to see to, the soonest visit first: what was not delivered or may have been, and what nobody
    could be told for want of an address. About visits that are past, nothing is left to do."""
    require(actor, Permission.BOOK)
    scope, scoped = client_scope(actor)
    return reader.rows(
        f"{_COLUMNS} where {scope} and (m.status = 'failed' or (m.status = 'suppressed'"
        " and m.status_reason in ('no_address', 'no_consent') and list_contains(?, m.kind)))"
        " and (a.starts_at is null or a.starts_at > ?)"
        " order by coalesce(a.starts_at, m.queued_at), m.audit_seq limit ?",
        *scoped,
        list(ABOUT_A_VISIT),
        now,
        limit,
    )


def without_address(reader: Reader, actor: Actor, now: datetime, until: datetime, *, is_text_on: bool) -> list[Row]:
    """Clients with a visit that is coming by then, but with no address that may be used; the soonest visit first."""
    require(actor, Permission.BOOK)
    scope, scoped = client_scope(actor)
    values: list[Any] = [*scoped, is_text_on, now, until]
    return reader.rows(
        "select c.client_id, c.given_name || ' ' || c.family_name as name, c.phone, min(a.wall_start) as wall_start"
        " from clients c join attendees t on t.client_id = c.client_id and t.status = 'scheduled'"
        f" join appointments a using (appointment_id) where {scope} and c.is_active and c.email is null"
        " and (c.phone is null or not ?) and a.starts_at > ? and a.starts_at <= ?"
        " group by all order by wall_start, name",
        *values,
    )
