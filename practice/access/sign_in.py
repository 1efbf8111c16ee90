"""Signing in and out. Sessions live by the real clock, because a demo's practice clock stands on a stored day."""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from practice.access import queries
from practice.access.passwords import verify_password
from practice.access.permissions import SYSTEM, Actor, Permission
from practice.clock import Clock, as_utc, stored, system_clock
from practice.errors import Refusal, StorageTrouble
from practice.store.record import Record, command
from practice.store.work import Work

FAILURES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=15)
IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
_TOUCH_AFTER = timedelta(minutes=1)

# One sentence for every reason: it must not tell whether there is such an account, or that it is locked.
_REFUSED = (
    f"This e-mail address and password do not go together; after {FAILURES_ALLOWED} wrong tries signing in is closed"
    f" for {LOCKED_FOR // timedelta(minutes=1)} minutes."
)


@dataclass(frozen=True)
class Session:
    """Somebody who is signed in. `expires_at` (UTC) is when it ends if nothing more is done."""

    actor: Actor
    email: str
    signed_in_at: datetime
    last_seen_at: datetime
    expires_at: datetime


def sign_in(record: Record, email: str, password: str, *, real_clock: Clock = system_clock) -> str:
    """Open a session and return its token, which the browser keeps. Refuses with one sentence, whatever is wrong."""
    now = real_clock()
    with record.read() as reader:
        user = queries.user_by_email(reader, email.strip().lower())
    is_right = verify_password(user["password_hash"] if user else None, password)
    if user is None or not is_right or not user["is_active"] or _is_locked(user["locked_until"], now):
        record.run(note_failed_sign_in, SYSTEM, user_id=user["user_id"] if user else None, at=_text(now))
        raise Refusal(_REFUSED, rule="sign_in")
    token = secrets.token_urlsafe(32)
    record.run(
        open_session,
        SYSTEM,
        user_id=user["user_id"],
        session_hash=_hash(token),
        # What was verified a moment ago must still be so when the session opens.
        verified=hashlib.sha256(user["password_hash"].encode()).hexdigest(),
        at=_text(now),
    )
    return token


def session_actor(
    record: Record,
    token: str | None,
    *,
    real_clock: Clock = system_clock,
    idle: timedelta = IDLE,
    is_present: bool = True,
) -> Session | None:
    """Who the token stands for, as their role and scope are now; None once the session has ended.

    One read; a write (of when the session was last seen) at most once a minute. A page that asks by itself, without
    anybody at it, says so (`is_present` false): the session goes on growing idle.
    """
    if not token:
        return None
    now = real_clock()
    with record.read() as reader:
        row = queries.session(reader, _hash(token))
    if row is None:
        return None
    seen, ends = as_utc(row["last_seen_at"]), as_utc(row["expires_at"])
    if now >= min(seen + idle, ends):
        return None
    if is_present and now - seen >= _TOUCH_AFTER:
        seen = now
        with contextlib.suppress(StorageTrouble):  # a full disk ends nobody's reading
            queries.touch_session(record, _hash(token), now)
    actor = Actor(
        row["user_id"], row["role"], row["name"], row["provider_id"], frozenset(json.loads(row["location_ids"]))
    )
    return Session(actor, row["email"], as_utc(row["created_at"]), seen, min(seen + idle, ends))


def sign_out(record: Record, token: str | None) -> None:
    """End the token's session. One that has ended stays so."""
    if not token:
        return
    with record.read() as reader:
        is_open = queries.session(reader, _hash(token)) is not None
    if is_open:
        record.run(close_session, SYSTEM, session_hash=_hash(token))


@command(Permission.OPERATE)
def note_failed_sign_in(work: Work, *, user_id: str | None, at: str) -> dict[str, Any]:
    """Count a failure and lock the account after too many. Of an unknown account only the try itself is kept."""
    user = work.find("users", user_id)
    now = datetime.fromisoformat(at)
    if user is None or not user["is_active"] or _is_locked(user["locked_until"], now):
        return {"is_locked": False}
    failures = user["failed_sign_ins"] + 1
    if failures < FAILURES_ALLOWED:
        work.update("users", user["user_id"], failed_sign_ins=failures)
        return {"is_locked": False}
    work.update("users", user["user_id"], failed_sign_ins=0, locked_until=stored(now + LOCKED_FOR))
    return {"is_locked": True}


@command(Permission.OPERATE)
def open_session(work: Work, *, user_id: str, session_hash: str, verified: str, at: str) -> dict[str, Any]:
    """Begin a session of a user whose password has just been verified."""
    now = datetime.fromisoformat(at)
    user = work.get("users", user_id, "user")
    is_same = hashlib.sha256(user["password_hash"].encode()).hexdigest() == verified
    if not is_same or not user["is_active"] or _is_locked(user["locked_until"], now):
        raise Refusal(_REFUSED, rule="sign_in")
    session = {
        "session_hash": session_hash,
        "user_id": user_id,
        "created_at": stored(now),
        "last_seen_at": stored(now),
        "expires_at": stored(now + LONGEST),
        "revoked_at": None,
    }
    work.insert("sessions", session)
    work.update("users", user_id, failed_sign_ins=0, locked_until=None)
    return {"user_id": user_id}


@command(Permission.OPERATE)
def close_session(work: Work, *, session_hash: str) -> dict[str, Any]:
    """End a session at its own wish."""
    session = work.update("sessions", session_hash, revoked_at=work.now)
    return {"user_id": session["user_id"]}


def _is_locked(locked_until: datetime | None, now: datetime) -> bool:
    return locked_until is not None and as_utc(locked_until) > now


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _text(instant: datetime) -> str:
    return as_utc(instant).isoformat()
