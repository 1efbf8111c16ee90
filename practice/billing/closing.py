"""The lock date: periods that are over and reported stay as they are. The owner closes and reopens, with a reason."""

from __future__ import annotations

from datetime import date, timedelta

from practice.access.permissions import Permission
from practice.billing.locked import lock_date
from practice.billing.posting import day, why
from practice.clock import local_date, stored
from practice.errors import Conflict, Refusal
from practice.store.record import command
from practice.store.work import Row, Work


@command(Permission.CONTROL)
def close_period(work: Work, *, until: str) -> Row:
    """Lock the books up to and including a day that is over. Needs a reason. Answers {locked_until}.

    From then on nothing is posted on those days, but within a role's days of grace or with a second person's approval.
    """
    why(work, "close the period")
    last, locked = day(until, "until"), lock_date(work)
    today = local_date(work.now, work.setting("zone", "UTC"))
    if last >= today:
        raise Refusal(
            f"Only days that are over can be closed; close up to {today - timedelta(days=1)} at the latest.",
            rule="period_not_over",
            field="until",
            alternatives=(str(today - timedelta(days=1)),),
        )
    if locked and last <= locked:
        raise Conflict(
            f"The books are closed up to {locked} already; choose a later day, or reopen the period to move it back.",
            rule="closed_already",
            field="until",
            alternatives=(str(locked + timedelta(days=1)),),
        )
    return _set(work, last, locked)


@command(Permission.CONTROL)
def reopen_period(work: Work, *, until: str | None = None) -> Row:
    """Move the lock date back to an earlier day, or with None open everything. Needs a reason.

    Answers {locked_until}.
    """
    why(work, "reopen the period")
    locked = lock_date(work)
    if locked is None:
        raise Conflict("Nothing is closed, so there is nothing to reopen.", rule="nothing_closed")
    last = day(until, "until") if until else None
    if last and last >= locked:
        raise Refusal(
            f"The books are closed up to {locked}; to reopen, choose a day before that, or open everything.",
            rule="not_earlier",
            field="until",
            alternatives=(str(locked - timedelta(days=1)),),
        )
    return _set(work, last, locked)


def _set(work: Work, last: date | None, before: date | None) -> Row:
    work.keep_setting("lock_date", str(last) if last else None)
    row = {"period_lock_id": work.new_id(), "locked_until": last, "previous_until": before, "reason": work.reason}
    work.insert("period_locks", row | {"set_by": work.actor.user_id, "known_at": stored(work.now)})
    return {"locked_until": str(last) if last else None}
