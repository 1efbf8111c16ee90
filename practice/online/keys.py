"""Keys of the JSON API: made once, shown once, kept as a hash, with scopes and locations; revoked for good."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

from practice.access.permissions import Actor, Permission, require
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.online import queries
from practice.online.links import hashed
from practice.people import checks
from practice.store.record import Record, command
from practice.store.work import Reader, Row, Work

SCOPES = {
    "slots:read": "see services, providers and free times",
    "bookings:write": "book, move and cancel",
    "bookings:read": "see what the key itself has booked",
}
PREFIX = "daybook_"
"""What every key begins with, so that it is recognised where it should not lie."""

_SEEN_EVERY = timedelta(minutes=1)


@command(Permission.SET_UP)
def make_api_key(
    work: Work, *, name: str, key_hash: str, scopes: Sequence[str], location_ids: Sequence[str] = ()
) -> Row:
    """Let whoever has the key of that hash use the API: its scopes, at these locations (none named: at every one).

    The key itself never comes here. Answers {api_key_id}.
    """
    if work.actor.location_ids:
        raise Refusal("A key may book at every location; ask the owner to make it.", rule="permission")
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise Refusal(f"Choose what the key may do: {', '.join(SCOPES)}.", rule="scopes", field="scopes")
    for location_id in location_ids:
        work.get("locations", location_id, "location")
    row = {
        "api_key_id": work.new_id(),
        "name": checks.text(name, "What the key is for", "name", limit=80),
        "key_hash": key_hash,
        "scopes": json.dumps([scope for scope in SCOPES if scope in scopes]),
        "location_ids": json.dumps(sorted(set(location_ids))),
        "created_at": stored(work.now),
        "last_used_at": None,
        "revoked_at": None,
    }
    work.insert("api_keys", row)
    return {"api_key_id": row["api_key_id"]}


@command(Permission.SET_UP)
def revoke_api_key(work: Work, *, api_key_id: str) -> Row:
    """From now on the key opens nothing. What it has booked stays booked."""
    key = work.get("api_keys", api_key_id, "key")
    if key["revoked_at"] is not None:
        raise Conflict("This key is revoked already.", rule="already_settled")
    work.update("api_keys", api_key_id, revoked_at=stored(work.now))
    return {"api_key_id": api_key_id}


def api_keys(reader: Reader, actor: Actor) -> list[Row]:
    """Every key with its scopes and locations as lists, the newest first."""
    require(actor, Permission.SET_UP)
    return [
        row | {name: json.loads(row[name]) for name in ("scopes", "location_ids")} for row in queries.api_keys(reader)
    ]


def key_holder(record: Record, secret: str) -> tuple[Actor, frozenset[str]] | None:
    """Who the key stands for and its scopes; None for an unknown or revoked one. Notes when it was last used."""
    with record.read() as reader:
        row = queries.key_by_hash(reader, hashed(secret))
        now = stored(reader.now)
    if row is None or row["revoked_at"] is not None:
        return None
    if row["last_used_at"] is None or now - row["last_used_at"] >= _SEEN_EVERY:
        record.housekeeping(queries.TOUCH_KEY, now, row["api_key_id"])
    places = frozenset(json.loads(row["location_ids"]))
    actor = Actor(f"api:{row['api_key_id']}", "online", row["name"], location_ids=places)
    return actor, frozenset(json.loads(row["scopes"]))
