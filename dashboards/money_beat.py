"""A thread in which what a practice has switched on happens by itself: reminders, packages, payers' files, covers."""

from __future__ import annotations

import logging
from collections.abc import Callable

from dashboards.beats import every
from dashboards.failures import where
from practice.billing import by_itself as billing
from practice.errors import Refusal
from practice.home import Home
from practice.insurance import by_itself as insurance
from practice.insurance import exchanging
from practice.store.record import Record

SECONDS = 60.0

_log = logging.getLogger("daybook.money")


def start(home: Home, record: Record, *, seconds: float = SECONDS) -> Callable[[], None]:
    """Begin; the answer ends it, and waits for a look that is under way."""
    return every(seconds, lambda: once(home, record), name="money")


def once(home: Home, record: Record) -> None:
    """One look. What fails is told to the log without anybody's data, and the next look goes on with it."""
    looks: tuple[Callable[[], object], ...] = (
        lambda: billing.beat(record),
        lambda: exchanging.beat(record, home),
        lambda: insurance.beat(record, home),
    )
    for look in looks:
        try:
            look()
        except Refusal as refusal:  # a full disk, for example
            _log.warning("money waits: %s", refusal.rule)
        except Exception as error:
            _log.error("what happens by itself failed: %s\n%s", type(error).__name__, where(error))
