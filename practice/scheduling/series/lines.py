"""One date of a series, as a person decides on it: what is asked for, what became of it, what would pass instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from practice.errors import Conflict, Refusal
from practice.scheduling.model import spelled, wall_time
from practice.store.work import Row

CHOICES = ("keep", "skip", "move", "room", "leave")
WHOLE = frozenset(
    {
        "client_inactive",
        "inactive",
        "not_offered",
        "duration",
        "mode",
        "no_rooms",
        "room_elsewhere",
        "recurrence",
        "not_found",
        "invalid",
    }
)
"""Rules that say something about the whole wish; every other refusal is one date's."""

Choices = Mapping[str, Mapping[str, Any]]
"""What a person decided, by the date's wall time in the rule ('YYYY-MM-DDTHH:MM').

`{"do": "keep", "reason": …}` books over what stands, `{"do": "skip"}` leaves the date out (in an edit: `leave` lets the
visit stay as it was), `{"do": "move", "wall_start": …, "provider_id": …}` takes another time, `{"do": "room",
"room_id": …}` another room.
"""


@dataclass
class Line:
    """A date: `original_start` is what the rule says and names it; the rest is what will be, or stands in the way.

    `status`: free, clash, skipped, left (as it was, in an edit). `alternatives` are the nearest wall times that pass,
    `rooms` the other rooms that are free at that time.
    """

    original_start: datetime
    wall_start: datetime
    status: str = "free"
    provider_id: str | None = None
    room_id: str | None = None
    appointment_id: str | None = None
    choice: str | None = None
    reason: str | None = None
    rule: str | None = None
    sentence: str | None = None
    note: str | None = None
    alternatives: list[str] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)

    def row(self) -> Row:
        """As pages and callers read it."""
        return asdict(self)

    def clashes(self, refusal: Refusal) -> None:
        """Keep why this date cannot be."""
        self.status, self.rule, self.sentence = "clash", refusal.rule, str(refusal)
        self.alternatives = [text for text in refusal.alternatives if "T" in text]


class SeriesClash(Conflict):
    """Dates of a series stand in the way; `clashes` are their lines, fresh."""

    def __init__(self, sentence: str, lines: Sequence[Line]) -> None:
        super().__init__(sentence, rule="series_clash", field="choices")
        self.clashes = [line.row() for line in lines]


def choice_for(choices: Choices, original_start: datetime) -> Mapping[str, Any]:
    """What was decided for that date; empty if nothing was. Refuses what is no choice."""
    choice = choices.get(spelled(original_start)) or {}
    what = choice.get("do")
    if what is not None and what not in CHOICES:
        raise Refusal(f"{what!r} is no choice for a date; it is {', '.join(CHOICES)}.", rule="invalid", field="choices")
    if what == "move":
        wall_time(str(choice.get("wall_start")), "choices")
    if what == "room" and not choice.get("room_id"):
        raise Refusal("Say which room the visit takes on that day.", rule="invalid", field="choices")
    if what == "keep" and not str(choice.get("reason") or "").strip():
        raise Refusal(
            "Say why the visit is booked over what stands; the reason is kept with it.",
            rule="reason_required",
            field="choices",
        )
    return choice


def unknown_choices(choices: Choices, lines: Iterable[Line]) -> None:
    """Refuse choices for dates that are not in question: they were made for another rule."""
    strange = set(choices) - {spelled(line.original_start) for line in lines}
    if strange:
        raise Refusal(
            f"{min(strange)} is not a date of this series; look at the list of dates again.",
            rule="invalid",
            field="choices",
        )


def tried(line: Line, do: Callable[[], Row]) -> Row | None:
    """Do it for this date; a refusal becomes the line's, unless it concerns the whole wish."""
    try:
        answer = do()
    except Refusal as refusal:
        if refusal.rule in WHOLE:
            raise
        line.clashes(refusal)
        return None
    line.appointment_id, line.room_id = answer["appointment_id"], answer["room_id"]
    return answer


def refuse_clashes(lines: Sequence[Line]) -> None:
    """All or nothing: refuse while any date stands in the way, with every one of them."""
    clashing = [line for line in lines if line.status == "clash"]
    if not clashing:
        return
    shown = [f"{line.wall_start:%a %-d %b %H:%M}" for line in clashing]
    named = ", ".join(shown[:3]) + (f" and {len(shown) - 3} more" if len(shown) > 3 else "")
    verb = "is" if len(clashing) == 1 else "are"
    raise SeriesClash(
        f"{len(clashing)} of {len(lines)} dates {verb} not free ({named}); "
        "choose for each another time or room, or leave it out.",
        clashing,
    )
