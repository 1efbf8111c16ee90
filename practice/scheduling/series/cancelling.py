"""Cancel a series from a visit on, or all that is left of it."""

from __future__ import annotations

from practice.access.permissions import Actor, Permission, require
from practice.scheduling.commands import cancel_appointment
from practice.scheduling.reasons import require_why
from practice.scheduling.series.reach import left_sentence, reach_of
from practice.scheduling.series.rehearsal import Rehearsal
from practice.scheduling.series.splitting import end_series
from practice.store.record import command
from practice.store.work import Reader, Row, Work


def plan_cancel(reader: Reader, actor: Actor, *, appointment_id: str, scope: str) -> Row:
    """What `cancel_series` would cancel now: {touched, first, last, left_alone, left_sentence}."""
    require(actor, Permission.BOOK)
    reach = reach_of(Rehearsal(reader, actor), appointment_id, scope)
    walls = sorted(row["wall_start"] for row in reach.touched)
    return {
        "touched": len(walls),
        "first": walls[0],
        "last": walls[-1],
        "left_alone": reach.left_alone(),
        "left_sentence": left_sentence(reach.left),
    }


@command(Permission.BOOK)
def cancel_series(work: Work, *, appointment_id: str, scope: str, cancelled_by: str, code: str | None = None) -> Row:
    """Cancel this visit (`one`), this and the `following`, or `all` that may still change; a `code` or words say why.

    Answers {appointment_ids, touched, left_alone,
    left_sentence}; past, charged, attended and cancelled visits stay as they are.
    """
    require_why(work, code, "the visits are cancelled")
    rehearsal = Rehearsal(work)
    reach = reach_of(rehearsal, appointment_id, scope)
    for row in reach.touched:
        cancel_appointment.function(
            rehearsal, appointment_id=row["appointment_id"], cancelled_by=cancelled_by, code=code
        )
    if scope != "one":
        end_series(rehearsal, reach)
    rehearsal.perform(work)
    return {
        "appointment_ids": [row["appointment_id"] for row in reach.touched],
        "touched": len(reach.touched),
        "left_alone": reach.left_alone(),
        "left_sentence": left_sentence(reach.left),
    }
