"""The thread that sends what is due. It looks every few seconds, which costs one short read when nothing is."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable

from practice.home import Home
from practice.messages.senders import Sender, senders_of
from practice.messages.sending import deliver_due, settle_what_was_interrupted
from practice.store.record import Record

EVERY_SECONDS = 4.0
_log = logging.getLogger("daybook.messages")


def trouble(home: Home, record: Record) -> str | None:
    """Why nothing is sent although it should be: what the environment says of the mail server can't be meant."""
    try:
        senders_for(home, record)
    except ValueError as error:
        return str(error)
    return None


def senders_for(home: Home, record: Record) -> dict[str, Sender]:
    """By mail server as the environment says; a demo's invented people get files, whatever it says."""
    with record.read() as reader:
        is_demo = bool(reader.setting("demo_today"))
    return senders_of({} if is_demo else os.environ, home.outbox, record.clock)


def start(home: Home, record: Record, *, every: float = EVERY_SECONDS) -> Callable[[], None]:
    """Begin to send; returns what stops it, once the message that is on its way has arrived."""
    said = trouble(home, record)
    if said:
        _log.error("no messages are sent: %s", said)
        return lambda: None
    senders = senders_for(home, record)
    is_over = threading.Event()

    def work() -> None:
        settle = True
        while not is_over.is_set():
            try:
                # Nobody else sends: what is still marked was on its way when a process, or the last round, ended.
                if settle:
                    settle_what_was_interrupted(record)
                    settle = False
                while not is_over.is_set() and deliver_due(record, senders, limit=10):
                    pass
            except Exception as error:
                # The class alone: an exception's text may hold an address.
                _log.error("sending failed: %s", type(error).__name__)
                settle = True
            is_over.wait(every)

    thread = threading.Thread(target=work, name="messages", daemon=True)
    thread.start()

    def stop() -> None:
        is_over.set()
        thread.join(timeout=30)

    return stop
