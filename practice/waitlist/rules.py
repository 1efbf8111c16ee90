"""How a practice offers free places: of itself or on a click, to how many at once, with how long to answer."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from practice.access.permissions import Permission
from practice.clock import stored
from practice.errors import Refusal
from practice.store.record import command
from practice.store.work import Reader, Row, Work

SETTING = "waitlist"
MODES = ("suggested", "automatic")


class Rules(NamedTuple):
    """`automatic_since`: only places freed later are offered without being asked; None while the desk is asked."""

    mode: str = "suggested"
    batch_size: int = 1
    answer_minutes: int = 30
    automatic_since: datetime | None = None


def rules_of(reader: Reader) -> Rules:
    """The practice's rules; a practice that has set none is asked each time."""
    kept = reader.setting(SETTING)
    if not kept:
        return Rules()
    since = kept["automatic_since"]
    return Rules(
        kept["mode"], kept["batch_size"], kept["answer_minutes"], datetime.fromisoformat(since) if since else None
    )


def checked(batch_size: int, answer_minutes: int) -> tuple[int, int]:
    """The numbers of a round, if they are such."""
    if not 1 <= batch_size <= 50:
        raise Refusal("Ask 1 to 50 people at once.", rule="batch_size", field="batch_size")
    if not 5 <= answer_minutes <= 2880:
        raise Refusal("Give 5 minutes to two days (2,880 minutes) to answer.", rule="answer", field="answer_minutes")
    return batch_size, answer_minutes


@command(Permission.SET_UP)
def set_waitlist_rules(work: Work, *, mode: str, batch_size: int = 1, answer_minutes: int = 30) -> Row:
    """Say how places are offered. `automatic`: places freed from now on, three minutes after they came free."""
    if mode not in MODES:
        raise Refusal("Offer places when the desk says so (suggested) or automatic.", rule="mode", field="mode")
    checked(batch_size, answer_minutes)
    before = rules_of(work)
    since = (before.automatic_since or stored(work.now)) if mode == "automatic" else None
    kept = {
        "mode": mode,
        "batch_size": batch_size,
        "answer_minutes": answer_minutes,
        "automatic_since": since.isoformat() if since else None,
    }
    work.keep_setting(SETTING, kept)
    return kept
