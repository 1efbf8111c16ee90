"""What a stranger hears when the rules say no: why and what would pass, but nothing about anybody's diary."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from practice.errors import Conflict, NotPermitted, Refusal
from practice.online.offering import nearest_times
from practice.store.work import Row, Work

_TAKEN = ("provider_taken", "room_taken", "equipment_taken", "pool_taken", "client_taken", "group_full", "slot_taken")
_OURS = (
    # Rules whose sentence is about what was asked for alone.
    "invalid", "wall_time", "off_grid", "skipped_hour", "mode", "year", "notice_minutes", "window_days",
)  # fmt: skip


@contextmanager
def in_public(
    work: Work, location: Row, service: Row, provider_id: str | None, wall: datetime, **search: Any
) -> Iterator[None]:
    """Refusals inside become ones that a stranger may read, with the nearest times that clients may book."""
    try:
        yield
    except NotPermitted:
        raise
    except Refusal as refusal:
        raise public(work, refusal, location, service, provider_id, wall, **search) from None


def public(
    work: Work, refusal: Refusal, location: Row, service: Row, provider_id: str | None, wall: datetime, **search: Any
) -> Refusal:
    """The refusal as a stranger may read it."""
    near = nearest_times(work, location["location_id"], service, provider_id, wall, **search)
    if refusal.rule in _OURS or refusal.rule.startswith("hold_"):
        alternatives = near if refusal.field in (None, "wall_start") else refusal.alternatives
        return type(refusal)(str(refusal), rule=refusal.rule, field=refusal.field, alternatives=alternatives)
    if refusal.rule in _TAKEN:
        sentence = "That time has just been taken; choose another one."
    else:
        sentence = "That time is not offered; choose another one."
    return Conflict(sentence, rule=refusal.rule, field="wall_start", alternatives=near)
