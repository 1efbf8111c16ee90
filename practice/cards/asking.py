"""That the processor is asked about a charge or refund: noted before, so that nothing is sent by two at once."""

from __future__ import annotations

from datetime import timedelta

from practice.access.permissions import Permission
from practice.cards.charges import standing
from practice.clock import stored
from practice.store.record import command
from practice.store.work import Row, Work

SURELY_OVER = timedelta(minutes=4)
"""No question to the processor takes as long, with all its repetitions."""


@command(Permission.OPERATE)
def note_asked(work: Work, *, table: str, row_id: str) -> Row:
    """The processor is asked once more about a charge or refund. Answers how often now, and whether it still waits for
    an answer: {tries, waits}; one that does not is not sent again."""
    if table not in ("card_charges", "card_refunds"):
        raise ValueError(table)
    row = work.get(table, row_id, "charge")
    work.update(table, row_id, tries=row["tries"] + 1, asked_at=stored(work.now))
    return {"tries": row["tries"] + 1, "waits": row["state"] in ("requested", "processing")}


@command(Permission.OPERATE)
def note_never_arrived(work: Work, *, card_charge_id: str) -> Row:
    """The processor does not know this charge: nothing was taken, and it is not sent any more.

    Not while somebody may be sending it: within SURELY_OVER of the last time. Answers {state, payment_id, code}.
    """
    row = work.get("card_charges", card_charge_id, "charge")
    if row["state"] == "requested" and row["asked_at"] + SURELY_OVER <= stored(work.now):
        said = {"state": "failed", "refusal": "never_arrived", "known_at": stored(work.now)}
        return standing(work.update("card_charges", card_charge_id, **said))
    return standing(row)
