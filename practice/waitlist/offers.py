"""One offer of a place to one client: sent, lost, withdrawn, expired. What the client reads goes through the outbox."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable

from practice.clock import stored
from practice.messages import outbox
from practice.store.work import Row, Work
from practice.waitlist import queries
from practice.waitlist.model import answer_until

SECRET_BYTES = 24


def hash_of(secret: str) -> str:
    """What is kept of a link's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def send(work: Work, round_: Row, offer: Row) -> str:
    """Send a planned offer; answers its new status: sent, unreachable (no consent or address: the desk may call), or
    withdrawn (the entry ended, or there is no time left to answer)."""
    entry = queries.entry(work, offer["waitlist_entry_id"])
    until = answer_until(stored(work.now), round_["answer_minutes"], round_["starts_at"], entry["notice_minutes"])
    if until is None or entry["status"] != "waiting":
        return _settle(work, offer, "withdrawn")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    told = outbox.queue(
        work,
        kind="offer",
        client_id=offer["client_id"],
        context=_context(round_, entry["service_id"]) | {"answer_by": until, "link": f"/offer/{secret}"},
        dedupe_key=f"offer:{offer['offer_id']}",
        offer_id=offer["offer_id"],
        not_before_at=work.now,
    )
    status = "sent" if told else "unreachable"
    work.update(
        "offers",
        offer["offer_id"],
        status=status,
        token_hash=hash_of(secret),
        sent_at=work.now if status == "sent" else None,
        expires_at=until,
        known_at=work.now,
    )
    return status


def lose(work: Work, round_: Row, offers: Iterable[Row]) -> None:
    """The place is gone. Whoever was asked is told in one sentence; whoever was not yet asked never hears of it."""
    for offer in offers:
        if offer["status"] == "sent":
            _settle(work, offer, "lost")
            _tell_lost(work, round_, offer)
        elif offer["status"] == "planned":
            _settle(work, offer, "withdrawn")


def expire(work: Work, offer: Row) -> None:
    """The time to answer is over."""
    _settle(work, offer, "expired")
    outbox.withdraw(work, offer_id=offer["offer_id"])


def withdraw_offers(work: Work, offers: Iterable[Row]) -> None:
    """The client no longer waits: what was offered is no longer offered, and what was not yet sent is not sent."""
    for offer in offers:
        if offer["status"] != "unreachable":
            _settle(work, offer, "withdrawn")
            outbox.withdraw(work, offer_id=offer["offer_id"])


def tell_accepted(work: Work, client_id: str, offer: Row, appointment_id: str, fallback: Row | None) -> None:
    """The place is theirs: said at once, in place of what is said of a visit that is booked or moved."""
    outbox.queue(
        work,
        kind="offer_accepted",
        client_id=client_id,
        context={"was": fallback["starts_at"]} if fallback else {},
        dedupe_key=f"offer_accepted:{offer['offer_id']}",
        appointment_id=appointment_id,
        offer_id=offer["offer_id"],
        not_before_at=work.now,
    )


def _context(round_: Row, service_id: str) -> Row:
    """What a message says of the place: the visit is of the service that this client waits for."""
    return {
        "starts_at": round_["starts_at"],
        "location_id": round_["location_id"],
        "provider_id": round_["provider_id"],
        "service_id": service_id,
    }


def _settle(work: Work, offer: Row, status: str) -> str:
    work.update("offers", offer["offer_id"], status=status, known_at=work.now)
    return status


def _tell_lost(work: Work, round_: Row, offer: Row) -> None:
    """A sentence to whoever has read of the place; who has not, never hears of it."""
    if outbox.withdraw(work, offer_id=offer["offer_id"]):
        return
    entry = queries.entry(work, offer["waitlist_entry_id"])
    outbox.queue(
        work,
        kind="offer_lost",
        client_id=offer["client_id"],
        context=_context(round_, entry["service_id"]),
        dedupe_key=f"offer_lost:{offer['offer_id']}",
        offer_id=offer["offer_id"],
        not_before_at=work.now,
    )
