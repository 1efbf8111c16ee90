"""Who may sign in. Passwords are hashed before a command is run, so that no trail of it ever sees one in clear."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from practice.access import queries
from practice.access.passwords import check_password, hash_password, is_hash, verify_password
from practice.access.permissions import PEOPLE_ROLES, Actor, Permission, require
from practice.errors import Conflict, NotFound, Refusal
from practice.people import checks
from practice.store.record import Record, command
from practice.store.work import Row, Work


def create_user(
    record: Record,
    actor: Actor,
    *,
    email: str,
    name: str,
    role: str,
    password: str,
    provider_id: str | None = None,
    location_ids: Sequence[str] = (),
    key: str | None = None,
    reason: str | None = None,
) -> dict[str, Any]:
    """Check and hash the password, then run `add_user`. Returns {user_id}."""
    require(actor, Permission.MANAGE_USERS)
    check_password(password, email=_email(email), name=checks.text(name, "The name", "name"))
    answer: dict[str, Any] = record.run(
        add_user,
        actor,
        key=key,
        reason=reason,
        email=email,
        name=name,
        role=role,
        password_hash=hash_password(password, key=key),
        provider_id=provider_id,
        location_ids=list(location_ids),
    )
    return answer


def change_password(
    record: Record, actor: Actor, *, user_id: str, password: str, key: str | None = None, reason: str | None = None
) -> dict[str, Any]:
    """Give somebody a new password and end their sessions."""
    require(actor, Permission.MANAGE_USERS)
    with record.read() as reader:
        user = reader.get("users", user_id, "user")
    check_password(password, email=user["email"], name=user["name"])
    hashed = hash_password(password, key=key)
    answer: dict[str, Any] = record.run(
        set_password, actor, key=key, reason=reason, user_id=user_id, password_hash=hashed
    )
    return answer


def change_own_password(
    record: Record, actor: Actor, *, old_password: str, password: str, key: str | None = None
) -> dict[str, Any]:
    """Give oneself a new password, knowing the old one. Ends every session, this one too."""
    require(actor, Permission.OWN_PASSWORD)
    with record.read() as reader:
        user = reader.find("users", actor.user_id)
    if user is None or not verify_password(user["password_hash"], old_password):
        raise Refusal("That is not your present password; type the one you sign in with.", field="old_password")
    check_password(password, email=user["email"], name=user["name"])
    answer: dict[str, Any] = record.run(
        set_own_password, actor, key=key, password_hash=hash_password(password, key=key)
    )
    return answer


def _email(value: Any) -> str:
    address = checks.email(value)
    if address is None:
        raise Refusal("The e-mail address is missing; people sign in with it.", field="email")
    return address.lower()


def _hash(value: str) -> str:
    if not is_hash(value):
        raise Refusal("A password is hashed before it is sent; this is none of our hashes.", field="password")
    return value


def _checks(work: Work) -> checks.Checks:
    def location_ids(value: Any) -> str:
        for location_id in value:
            work.get("locations", location_id, "location")
        return json.dumps(sorted(set(value)))

    fields: dict[str, Callable[[Any], Any]] = {
        "email": _email,
        "name": lambda value: checks.text(value, "The name", "name"),
        "role": lambda value: checks.one_of(value, "The role", "role", PEOPLE_ROLES),
        "provider_id": lambda value: work.get("providers", value, "provider") and value if value else None,
        "location_ids": location_ids,
    }
    return fields


def _check_user(work: Work, user: Row) -> None:
    """The e-mail address is nobody else's, and the role provider says which provider."""
    other = queries.user_by_email(work, user["email"])
    if other and other["user_id"] != user["user_id"]:
        raise Conflict("Somebody signs in with that e-mail address already.", rule="email_taken", field="email")
    if user["role"] == "provider" and not user["provider_id"]:
        raise Refusal("Say which provider this is: they will see their own clients only.", field="provider_id")


def _check_owner_left(work: Work, user: Row) -> None:
    if user["role"] == "owner" and user["is_active"] and not queries.other_active_owners(work, user["user_id"]):
        raise Refusal("This is the last active owner; make somebody else an owner first.", rule="last_owner")


def _end_sessions(work: Work, user_id: str) -> int:
    live = queries.live_sessions(work, user_id)
    for session_hash in live:
        work.update("sessions", session_hash, revoked_at=work.now)
    return len(live)


@command(Permission.MANAGE_USERS)
def add_user(
    work: Work,
    *,
    email: str,
    name: str,
    role: str,
    password_hash: str,
    provider_id: str | None = None,
    location_ids: Sequence[str] = (),
) -> dict[str, Any]:
    """Let somebody sign in. No `location_ids` means every location. Call `create_user`, which hashes the password."""
    fields = {"email": email, "name": name, "role": role, "provider_id": provider_id, "location_ids": location_ids}
    row = {
        "user_id": work.new_id(),
        **checks.changed(fields, _checks(work), "user"),
        "password_hash": _hash(password_hash),
        "is_active": True,
        "created_at": work.now,
        "failed_sign_ins": 0,
        "locked_until": None,
    }
    _check_user(work, row)
    work.insert("users", row)
    return {"user_id": row["user_id"]}


@command(Permission.MANAGE_USERS)
def change_user(work: Work, *, user_id: str, **fields: Any) -> dict[str, Any]:
    """Change e-mail, name, role, provider or locations. Another role ends the user's sessions."""
    present = work.get("users", user_id, "user")
    after = present | checks.changed(fields, _checks(work), "user")
    _check_user(work, after)
    if after["role"] != present["role"]:
        _check_owner_left(work, present)
        _end_sessions(work, user_id)
    work.update("users", user_id, **{name: after[name] for name in fields})
    return {"user_id": user_id}


@command(Permission.MANAGE_USERS)
def disable_user(work: Work, *, user_id: str) -> dict[str, Any]:
    """No longer let somebody sign in, and end their sessions. What they did stays theirs."""
    _check_owner_left(work, work.get("users", user_id, "user"))
    work.update("users", user_id, is_active=False)
    return {"user_id": user_id, "ended_sessions": _end_sessions(work, user_id)}


@command(Permission.MANAGE_USERS)
def enable_user(work: Work, *, user_id: str) -> dict[str, Any]:
    """Let somebody sign in again, with the password they had."""
    work.get("users", user_id, "user")
    work.update("users", user_id, is_active=True, failed_sign_ins=0, locked_until=None)
    return {"user_id": user_id}


@command(Permission.MANAGE_USERS)
def set_password(work: Work, *, user_id: str, password_hash: str) -> dict[str, Any]:
    """Replace a password, lift a lock-out and end the user's sessions. Call `change_password`, which hashes it."""
    work.get("users", user_id, "user")
    work.update("users", user_id, password_hash=_hash(password_hash), failed_sign_ins=0, locked_until=None)
    return {"user_id": user_id, "ended_sessions": _end_sessions(work, user_id)}


@command(Permission.OWN_PASSWORD)
def set_own_password(work: Work, *, password_hash: str) -> dict[str, Any]:
    """Replace one's own password and end one's sessions. Call `change_own_password`, which asks for the old one."""
    user_id = work.actor.user_id
    if work.find("users", user_id) is None:
        raise NotFound("You do not sign in with a password, so there is none to change.")
    work.update("users", user_id, password_hash=_hash(password_hash))
    return {"user_id": user_id, "ended_sessions": _end_sessions(work, user_id)}


@command(Permission.MANAGE_USERS)
def revoke_sessions(work: Work, *, user_id: str) -> dict[str, Any]:
    """End every session of a user, at once: they have to sign in again."""
    work.get("users", user_id, "user")
    return {"user_id": user_id, "ended_sessions": _end_sessions(work, user_id)}
