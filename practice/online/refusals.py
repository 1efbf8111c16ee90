"""What a stranger hears when the rules say no: why and what would pass, but nothing about anybody's diary."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from practice.errors import Conflict, NotPermitted, Refusal
from practice.online.offering import nearest_times
from practice.store.work import Row, Work

_OURS = ("invalid", "wall_time", "off_grid", "skipped_hour", "mode", "year", "no_change", "hold_converted")
"""Rules whose sentence is about what was asked for alone: it is read as it stands."""

_TAKEN = "That time has just been taken; choose another one."
_WORDS = {
    "provider_taken": _TAKEN,
    "room_taken": _TAKEN,
    "equipment_taken": _TAKEN,
    "client_taken": _TAKEN,
    "group_full": _TAKEN,
    "slot_taken": _TAKEN,
    "hold_of_another": _TAKEN,
    "daily_limit": "That day is full; choose another one.",
    "notice_minutes": "That is too soon to be booked online; choose a later time.",
    "window_days": "That is too far ahead to be booked online; choose an earlier time.",
    "past": "That time has passed; choose a later one.",
}
"""What a stranger hears instead of the desk's sentence, which may tell whose visit stands there, or who is away."""


@contextmanager
def in_public(
    work: Work,
    location: Row,
    service: Row,
    provider_id: str | None,
    wall: datetime,
    *,
    with_times: bool = True,
    **search: Any,
) -> Iterator[None]:
    """Refusals inside become ones that a stranger may read, with the nearest times that clients may book.

    Not `with_times` = whoever asks lists what is free anyway; everybody else waits while a command looks for them.
    """
    try:
        yield
    except NotPermitted:
        raise
    except Refusal as refusal:
        near = nearest_times(work, location["location_id"], service, provider_id, wall, **search) if with_times else []
        raise public(refusal, near) from None


def public(refusal: Refusal, near: list[str]) -> Refusal:
    """The refusal as a stranger may read it; `near` are the nearest times that clients may book."""
    if refusal.rule in _OURS:
        alternatives = near if refusal.field in (None, "wall_start") else refusal.alternatives
        return type(refusal)(str(refusal), rule=refusal.rule, field=refusal.field, alternatives=alternatives)
    sentence = _WORDS.get(refusal.rule, "That time is not offered; choose another one.")
    return Conflict(sentence, rule=refusal.rule, field="wall_start", alternatives=near)
