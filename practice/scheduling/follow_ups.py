"""What else happens, in the same transaction, when something happens to a visit: a message, an offer, a recall.

A module that wants to follow names itself in `MODULES` and decorates its function with `follows`. It is imported when
the first event is noted, whoever notes it, so that no path forgets it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from practice.store.work import Row, Work


class Happening(NamedTuple):
    """An event as it was noted: its kind, the appointment's row as it was read, whom it concerns, its details."""

    kind: str
    appointment: Row
    attendee_ids: Sequence[str]
    details: dict[str, Any]


FollowUp = Callable[[Work, Happening], None]

MODULES: tuple[str, ...] = (
    "practice.scheduling.series.follow",
    "practice.messages.following",
    "practice.waitlist.follow_ups",
    "practice.messages.recalls",
)
"""The modules that follow, in the order in which they are told."""

_following: dict[str, list[FollowUp]] = {}


def follows(*kinds: str) -> Callable[[FollowUp], FollowUp]:
    """Call the function after each event of these kinds."""

    def decorate(function: FollowUp) -> FollowUp:
        for kind in kinds:
            _following.setdefault(kind, []).append(function)
        return function

    return decorate


def follow_up(work: Work, happening: Happening) -> None:
    """Tell whoever follows. A refusal of theirs refuses the whole command.

    A rehearsal keeps its happenings until it is performed, if it ever is.
    """
    waiting: list[Happening] | None = getattr(work, "happenings", None)
    if waiting is not None:
        waiting.append(happening)
        return
    _load()
    for function in _following.get(happening.kind, ()):
        function(work, happening)


@cache
def _load() -> None:
    for name in MODULES:
        importlib.import_module(name)
