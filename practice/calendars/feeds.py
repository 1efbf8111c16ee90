"""Links that let another calendar read when somebody is busy: made, revoked, and what each of them tells.

A link is a secret that opens one feed to whoever has it. The record keeps its hash only, so a lost link is replaced by
another one, not looked up.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from practice.access.permissions import Actor, Permission, require, require_location, require_own
from practice.calendars import queries
from practice.calendars.feed import AHEAD, BACK, Entry, feed_text, fingerprint
from practice.clock import local_date, stored, to_instant
from practice.errors import Conflict, Refusal
from practice.store.record import command
from practice.store.work import Reader, Row, Work

SCOPES = ("provider", "location")
DETAILS = ("busy", "initials")
GONE_FOR = timedelta(days=30)
"""So long a feed says that a visit is cancelled; subscribers have dropped it by then."""
_FEED_COLUMNS = ("calendar_feed_id", "scope", "scope_id", "detail", "created_at", "name")


def new_secret() -> str:
    """The secret of a new link: 256 bits. It is made outside the command, because a command's answer is kept."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """What the record keeps of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def require_calendars_of(actor: Actor, provider_id: str) -> None:
    """A provider connects their own calendars; those who set the practice up connect anybody's."""
    require(actor, Permission.OWN_CALENDAR)
    if not actor.may(Permission.SET_UP):
        require_own(actor, {provider_id})


@command(Permission.OWN_CALENDAR)
def make_calendar_feed(work: Work, *, scope: str, scope_id: str, detail: str, token_hash: str) -> Row:
    """Let whoever has the secret behind `token_hash` read the feed of a provider or a location.

    `detail` is 'busy' or 'initials' (the clients'). Answers {calendar_feed_id}.
    """
    if scope not in SCOPES or detail not in DETAILS:
        raise Refusal("A feed is of a provider or a location, and tells 'busy' or initials.", rule="feed")
    if len(token_hash) != 64:
        raise Refusal("A feed needs the hash of a secret.", rule="token", field="token_hash")
    _require_scope(work.actor, scope, scope_id)
    work.get(f"{scope}s", scope_id, scope)
    feed = {
        "calendar_feed_id": work.new_id(),
        "scope": scope,
        "scope_id": scope_id,
        "token_hash": token_hash,
        "detail": detail,
        "created_at": stored(work.now),
        "revoked_at": None,
    }
    work.insert("calendar_feeds", feed)
    return {"calendar_feed_id": feed["calendar_feed_id"]}


@command(Permission.OWN_CALENDAR)
def revoke_calendar_feed(work: Work, *, calendar_feed_id: str) -> Row:
    """From now on the feed's link opens nothing."""
    feed = work.get("calendar_feeds", calendar_feed_id, "calendar link")
    _require_scope(work.actor, feed["scope"], feed["scope_id"])
    if feed["revoked_at"] is not None:
        raise Conflict("This link was revoked already; there is nothing to take back.", rule="past")
    work.update("calendar_feeds", calendar_feed_id, revoked_at=stored(work.now))
    return {"calendar_feed_id": calendar_feed_id}


def feeds_of(reader: Reader, actor: Actor) -> list[Row]:
    """The links that the actor may revoke: calendar_feed_id, scope, scope_id, detail, created_at, name."""
    require(actor, Permission.OWN_CALENDAR)
    return [
        {name: row[name] for name in _FEED_COLUMNS}
        for row in queries.feeds(reader)
        if _has_scope(actor, row["scope"], row["scope_id"])
    ]


@dataclass(frozen=True)
class Feed:
    """What a link tells now. `text` is made only when somebody has not seen it yet."""

    name: str
    entries: tuple[Entry, ...]
    modified_at: datetime

    @property
    def tag(self) -> str:
        """The same as long as the feed says the same."""
        return fingerprint(self.name, self.entries)

    def text(self) -> bytes:
        """The feed as RFC 5545 writes it."""
        return feed_text(self.name, self.entries)


def feed_behind(reader: Reader, secret: str) -> Feed | None:
    """What the link with that secret tells; None when there is no such link (any more)."""
    feed = queries.feed_of(reader, hash_of(secret))
    if feed is None:
        return None
    scope, scope_id = feed["scope"], feed["scope_id"]
    owner = reader.get(f"{scope}s", scope_id, scope)
    zone = owner.get("zone") or reader.setting("zone", "UTC")
    today = local_date(reader.now, zone)
    first, last = today - BACK, today + AHEAD
    gone_since = stored(reader.now - GONE_FOR)
    with_initials = feed["detail"] == "initials"
    visits = queries.feed_visits(reader, scope, scope_id, first, last, gone_since)
    start, end = stored(reader.now - BACK), stored(reader.now + AHEAD)
    blocks = queries.feed_blocks(reader, scope, scope_id, start, end, gone_since)
    entries = [_visit(row, scope, with_initials=with_initials) for row in visits] + [
        _block(row, scope) for row in blocks
    ]
    practice = reader.setting("practice_name", "")
    name = f"{owner['name']} · {practice}" if practice else str(owner["name"])
    # With the day the window moves on, though nobody changed anything.
    midnight = stored(to_instant(datetime.combine(today, time()), zone))
    modified_at = max([feed["created_at"], midnight, *(entry.modified_at for entry in entries)])
    return Feed(name, tuple(entries), modified_at)


def _visit(row: Row, scope: str, *, with_initials: bool) -> Entry:
    told = ", ".join(row["initials"]) if with_initials and row["initials"] else "Busy"
    return Entry(
        uid=row["root_id"],
        sequence=row["times"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        zone=row["zone"],
        summary=_of(row, scope, told),
        place="Video" if row["mode"] == "video" else row["location_name"],
        is_cancelled=row["is_cancelled"],
        created_at=row["booked_at"],
        modified_at=row["modified_at"],
    )


def _block(row: Row, scope: str) -> Entry:
    return Entry(
        uid=row["block_id"],
        sequence=row["revision"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        zone=row["zone"],
        summary=_of(row, scope, "Busy"),
        place=row["location_name"],
        is_cancelled=row["is_withdrawn"],
        created_at=row["created_at"] or row["known_at"],
        modified_at=row["known_at"],
    )


def _of(row: Row, scope: str, told: str) -> str:
    """A location's feed says whose time it is, by the provider's code."""
    return f"{row['provider_code']} · {told}" if scope == "location" else told


def _require_scope(actor: Actor, scope: str, scope_id: str) -> None:
    if scope == "provider":
        require_calendars_of(actor, scope_id)
        return
    require(actor, Permission.SET_UP)
    require_location(actor, scope_id)


def _has_scope(actor: Actor, scope: str, scope_id: str) -> bool:
    if not actor.may(Permission.SET_UP):
        return scope == "provider" and scope_id == actor.provider_id
    return scope == "provider" or not actor.location_ids or scope_id in actor.location_ids
