"""The page's words: ages, counts, doors, and the numbers that a check concerns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from expectations.concerns import is_concerned
from practice.clock import to_wall

DOORS = {"landing": "What arrived", "dbt": "What was built", "served": "What is served"}
SHOWN_LABELS = 5


def age(since: datetime, now: datetime) -> str:
    """How long ago, as people say it."""
    passed = max(now - since, timedelta())
    minutes = int(passed.total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 90:
        return f"{minutes} min ago"
    if minutes < 36 * 60:
        return f"{round(minutes / 60)} hours ago"
    return f"{passed.days + (passed.seconds > 43_200)} days ago"


def at(moment: datetime, zone: str) -> str:
    """A stored instant on the practice's wall."""
    return f"{to_wall(moment, zone or 'UTC'):%-d %b, %H:%M}"


def some(count: int, one: str, many: str = "") -> str:
    """A count with its noun."""
    return f"1 {one}" if count == 1 else f"{count:,} {many or one + 's'}"


def numbers_concerned(tokens: Sequence[str], labels: dict[str, str], marts: dict[str, set[str]]) -> str:
    """The labels of the metrics that a check concerns, the first few by name; empty if it concerns none.

    `labels` and `marts` are by metric: what people call it, and the marts that its rows lie in.
    """
    if "*" in tokens:
        return "every number"
    found = [label for metric, label in labels.items() if is_concerned(metric, marts.get(metric, ()), tokens)]
    rest = len(found) - SHOWN_LABELS
    shown = ", ".join(found[:SHOWN_LABELS])
    return f"{shown} and {rest} more" if rest > 0 else shown
