"""What the lock date means for a posting. Nothing lands on a closed day but what a person asked for and may do."""

from __future__ import annotations

from datetime import date, timedelta

from practice.billing.limits import BACK_DATE, most_alone
from practice.errors import Refusal
from practice.store.work import Reader, Work


def lock_date(reader: Reader) -> date | None:
    """The last closed day, or None."""
    locked = reader.setting("lock_date")
    return date.fromisoformat(locked) if locked else None


def days_behind(reader: Reader, posted: date) -> int:
    """How many days behind the first open day it lies: 1 for the lock date itself, 0 in an open period."""
    locked = lock_date(reader)
    return max((locked - posted).days + 1, 0) if locked else 0


def check_visit_open(work: Work, visit_day: date) -> None:
    """Refuse to change what was said of a visit on a closed day, but within the role's days of grace.

    What nobody has said yet can still be said: it is missing, and not reported.
    """
    behind = days_behind(work, visit_day)
    if behind > most_alone(work, BACK_DATE):
        raise Refusal(
            f"The books are closed up to {lock_date(work)} and this visit was on {visit_day}; have the lock date moved"
            " back to change what became of it.",
            rule="locked_period",
        )


def check_open(work: Work, posted: date, *, was_asked_for: bool) -> None:
    """Refuse a day in a closed period. One that somebody asked for may lie within the role's days of grace."""
    behind = days_behind(work, posted)
    if not behind or (was_asked_for and behind <= most_alone(work, BACK_DATE)):
        return
    locked = lock_date(work)
    assert locked is not None
    opens = locked + timedelta(days=1)
    raise Refusal(
        f"The books are locked up to {locked} and this would post on {posted}; post it from {opens} on, or have the"
        " lock date moved back.",
        rule="locked_period",
        field="post_date" if was_asked_for else None,
        alternatives=(str(opens),),
    )
