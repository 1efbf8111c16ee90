"""Judge what arrives (landing) and what is served (a candidate, or the published build)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from expectations.check import Verdict
from expectations.results import set_damaged_aside
from expectations.suites.imports import import_checks
from expectations.suites.landing import record_checks
from expectations.suites.reading import present, settings
from expectations.suites.served import served_checks
from practice.home import Home


def check_landing(
    home: Home,
    *,
    since_seq: int = 0,
    checked_batches: frozenset[str] = frozenset(),
    now: datetime | None = None,
    damaged: Sequence[str] | None = None,
) -> Verdict:
    """Judge what arrived since change `since_seq`, and the import batches that are not in `checked_batches`.

    What arrived earlier was judged when it did, so a booking does not wait for years of history. Freshness is judged
    at `now` (naive UTC): the build's clock, or by default the present, which in a demo stands still. `damaged` names
    kept results that were set aside already; by default that is done here.
    """
    from expectations.engine import judge  # loading Great Expectations takes seconds

    said = settings(home)
    zone = said.get("zone") or "UTC"
    damaged = set_damaged_aside(home) if damaged is None else damaged
    arrived = record_checks(home, since_seq, now or present(said), zone, damaged)
    return Verdict("landing", tuple(judge([*arrived, *import_checks(home, checked_batches)])))


def check_candidate(
    home: Home, database_path: Path, *, feed_seq: int | None = None, since: date | None = None
) -> Verdict:
    """Judge a warehouse file against the landing that it was built from: changes up to `feed_seq`, or all of them.

    For the published build that number is in its pointer, because landing may have moved on. `since`: what was served
    of earlier days has been judged before, where that takes long.
    """
    from expectations.engine import judge

    feed_seq = _published_seq(home, database_path) if feed_seq is None else feed_seq
    return Verdict("served", tuple(judge(served_checks(home, feed_seq, since), str(database_path))))


def _published_seq(home: Home, database_path: Path) -> int | None:
    if not home.pointer.exists():
        return None
    pointer = json.loads(home.pointer.read_text(encoding="utf-8"))
    return int(pointer["feed_seq"]) if (home.path / pointer["path"]) == database_path else None
