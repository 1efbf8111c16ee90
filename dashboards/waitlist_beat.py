"""A thread in which time passes for holds and for the waitlist: every few seconds what is due is done."""

from __future__ import annotations

import logging
from collections.abc import Callable

from dashboards.beats import every
from dashboards.failures import where
from practice.errors import Refusal
from practice.scheduling.holds import settle_due
from practice.store.record import Record
from practice.waitlist.beat import beat

SECONDS = 5.0

_log = logging.getLogger("daybook.waitlist")


def start(record: Record, *, seconds: float = SECONDS) -> Callable[[], None]:
    """Begin; the answer ends it, and waits for a look that is under way."""
    return every(seconds, lambda: once(record), name="waitlist")


def once(record: Record) -> None:
    """One beat. What fails is told to the log without anybody's data, and the next beat tries again."""
    try:
        settle_due(record)
        beat(record)
    except Refusal as refusal:  # a full disk, for example
        _log.warning("the waitlist waits: %s", refusal.rule)
    except Exception as error:
        _log.error("the waitlist's beat failed: %s\n%s", type(error).__name__, where(error))
