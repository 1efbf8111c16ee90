"""What a person decides about a message: not to send it, to send it again, or that it was said in another way."""

from __future__ import annotations

from practice.access.permissions import Permission
from practice.clock import stored
from practice.errors import Conflict
from practice.messages import queries
from practice.messages.kinds import ABOUT_A_VISIT
from practice.messages.outbox import take_back
from practice.people.client_queries import require_client
from practice.store.record import command
from practice.store.work import Row, Work

STATUS_WORDS = {
    "queued": "waiting to leave",
    "sending": "being sent",
    "sent": "sent",
    "failed": "not delivered",
    "withdrawn": "withdrawn",
    "suppressed": "not sent",
}


def _message(work: Work, message_id: str, allowed: tuple[str, ...], action: str) -> Row:
    """The message, if it is of a client of the actor's and in a state in which that can be done."""
    message = work.get("messages", message_id, "message")
    require_client(work, work.actor, message["client_id"])
    if message["status"] not in allowed:
        raise Conflict(
            f"This message is {STATUS_WORDS[message['status']]}, so it cannot be {action}; reload the list.",
            rule="message_status",
        )
    return message


@command(Permission.BOOK)
def withdraw_message(work: Work, *, message_id: str) -> Row:
    """Keep a message that waits from leaving: the client is told in another way, or need not be."""
    take_back(work, _message(work, message_id, ("queued",), "withdrawn"), "by_hand")
    return {"message_id": message_id, "status": "withdrawn"}


@command(Permission.BOOK)
def mark_told(work: Work, *, message_id: str) -> Row:
    """What could not be delivered was told in another way, by telephone for example: it is nobody's task any more."""
    take_back(work, _message(work, message_id, ("failed", "suppressed"), "marked as told"), "told")
    return {"message_id": message_id, "status": "withdrawn"}


@command(Permission.BOOK)
def mark_sent(work: Work, *, message_id: str) -> Row:
    """A message that may have been sent has arrived, as somebody has found out."""
    message = _message(work, message_id, ("failed",), "marked as sent")
    if message["status_reason"] != "interrupted":
        raise Conflict("It is known that this message was not sent; send it again instead.", rule="message_status")
    for one in (message_id, *queries.carried(work, message_id, "failed")):
        work.update("messages", one, status="sent", status_reason=None, known_at=work.now)
    return {"message_id": message_id, "status": "sent"}


@command(Permission.BOOK)
def resend_message(work: Work, *, message_id: str) -> Row:
    """Send a message that was not delivered, or for which there was no address, once more: now, and in today's words
    if it is about a visit. Consent and address are looked up anew."""
    message = _message(work, message_id, ("failed", "suppressed"), "sent again")
    if message["body"] is None and message["kind"] not in ABOUT_A_VISIT:
        raise Conflict("This message was never put into words; make it anew where it comes from.", rule="no_words")
    for one in (message_id, *queries.carried(work, message_id, "failed")):
        work.update(
            "messages",
            one,
            status="queued",
            status_reason=None,
            carried_by=None,
            attempts=0,
            not_before_at=stored(work.now),
            known_at=work.now,
        )
    return {"message_id": message_id, "status": "queued"}
