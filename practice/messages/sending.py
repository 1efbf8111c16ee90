"""Sending: mark, send, write down. What was marked when a process ended is never sent a second time by itself."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from practice.access.permissions import SYSTEM
from practice.clock import stored
from practice.messages import queries
from practice.messages.leaving import settle_interrupted, settle_message, take_due
from practice.messages.senders import Outcome, Outgoing, Sender
from practice.messages.settings import message_settings
from practice.store.record import Record

_log = logging.getLogger("daybook.messages")


def settle_what_was_interrupted(record: Record) -> int:
    """Hand what was on its way when a process ended to a person to decide; answers how many there were."""
    with record.read() as reader:
        ids = queries.sending(reader)
    return int(record.run(settle_interrupted, SYSTEM)["interrupted"]) if ids else 0


def deliver_due(record: Record, senders: Mapping[str, Sender], limit: int = 20) -> int:
    """Send what is due, about `limit` messages at most; answers how many were tried. One quick look when idle."""
    with record.read() as reader:
        if not queries.is_any_due(reader, stored(reader.now)):
            return 0
        settings = message_settings(reader)
    taken = record.run(take_due, SYSTEM, limit=limit)["message_ids"]
    for message_id in taken:
        with record.read() as reader:
            words = queries.in_words(reader, message_id)
        message = Outgoing(message_id=message_id, sender=settings.sender, **words)
        outcome = _send(senders[message.channel], message)
        record.run(settle_message, SYSTEM, message_id=message_id, outcome=outcome.status, code=outcome.reason)
    return len(taken)


def _send(sender: Sender, message: Outgoing) -> Outcome:
    try:
        return sender.send(message)
    except Exception as error:
        # The class alone: an exception's text may hold an address.
        _log.error("message %s: %s while sending", message.message_id, type(error).__name__)
        return Outcome("unsure", "interrupted")
