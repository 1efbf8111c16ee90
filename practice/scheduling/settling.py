"""What becomes of a hold: converted into its visit, released by its holder, or expired. Each stays a row."""

from __future__ import annotations

from practice.clock import stored
from practice.store.work import Work


def settle_hold(work: Work, hold_id: str, outcome: str) -> None:
    """Say what became of a hold. Unless it is converted, its places are free from here on."""
    if outcome != "converted":
        work.release(hold_id)
    work.update("holds", hold_id, outcome=outcome, settled_at=stored(work.now))
