"""Reads about users and their sessions."""

from __future__ import annotations

import json
from datetime import datetime

from practice.access.permissions import Actor, Permission, require
from practice.store.record import Record
from practice.store.work import Reader, Row

_SHOWN = "user_id, email, name, role, provider_id, location_ids, is_active, created_at, locked_until"


def users(reader: Reader, actor: Actor) -> list[Row]:
    """Everybody who may sign in, or might again: without their hashes, with `location_ids` as a list and
    `last_seen_at` (None if never)."""
    require(actor, Permission.MANAGE_USERS)
    found = reader.rows(
        f"select {_SHOWN}, (select max(last_seen_at) from sessions s where s.user_id = u.user_id) as last_seen_at"
        " from users u order by is_active desc, name, user_id"
    )
    for row in found:
        row["location_ids"] = json.loads(row["location_ids"])
    return found


def user_by_email(reader: Reader, email: str) -> Row | None:
    """The whole row, hash included, of a lower-case e-mail address."""
    return reader.one("select * from users where email = ?", email)


def other_active_owners(reader: Reader, user_id: str) -> int:
    """How many active owners there are besides this user."""
    found = reader.value(
        "select count(*) from users where role = 'owner' and is_active and user_id is distinct from ?", user_id
    )
    return int(found)


def owners_with_mail(reader: Reader) -> list[Row]:
    """The active owners, by name: user_id, email. For what is told to them by mail."""
    return reader.rows("select user_id, email from users where role = 'owner' and is_active order by name, user_id")


def live_sessions(reader: Reader, user_id: str) -> list[str]:
    """Hashes of the sessions that nobody has ended."""
    rows = reader.rows("select session_hash from sessions where user_id = ? and revoked_at is null", user_id)
    return [row["session_hash"] for row in rows]


def session(reader: Reader, session_hash: str) -> Row | None:
    """A session that nobody has ended, together with its active user; who the user is stands as it is now."""
    return reader.one(
        "select s.created_at, s.last_seen_at, s.expires_at, u.user_id, u.email, u.name, u.role, u.provider_id,"
        " u.location_ids from sessions s join users u using (user_id)"
        " where s.session_hash = ? and s.revoked_at is null and u.is_active",
        session_hash,
    )


def touch_session(record: Record, session_hash: str, at: datetime) -> None:
    """Keep when a session was last seen: housekeeping, so without an audit entry."""
    record.housekeeping("update sessions set last_seen_at = ? where session_hash = ?", at, session_hash)
