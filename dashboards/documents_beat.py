"""A thread that makes the papers that are made by themselves, once their hour has come."""

from __future__ import annotations

import logging
from collections.abc import Callable

from dashboards.beats import every
from dashboards.failures import where
from practice.billing.schedules import beat
from practice.errors import Refusal
from practice.store.record import Record

SECONDS = 60.0

_log = logging.getLogger("daybook.documents")


def start(record: Record, *, seconds: float = SECONDS) -> Callable[[], None]:
    """Begin; the answer ends it, and waits for a look that is under way."""
    return every(seconds, lambda: once(record), name="documents")


def once(record: Record) -> None:
    """One look. What fails is told to the log without anybody's data, and the next look goes on with it."""
    try:
        beat(record)
    except Refusal as refusal:  # a full disk, for example
        _log.warning("documents wait: %s", refusal.rule)
    except Exception as error:
        _log.error("making documents failed: %s\n%s", type(error).__name__, where(error))
