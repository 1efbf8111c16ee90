"""How far an edit of a series reaches: which occurrences it changes, and which it leaves alone and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from practice.access.permissions import require_location
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.scheduling.series import queries
from practice.scheduling.series.dates import dates
from practice.scheduling.series.rules import Rule, parse
from practice.store.work import Row, Work

SCOPES = ("one", "following", "all")
WHY = {
    "past": "in the past",
    "charged": "charged",
    "attended": "attended or missed",
    "cancelled": "cancelled",
    "apart": "no longer on the dates of the series",
}
"""Why an occurrence is left alone, as it stands in a sentence: "2 visits are <words>."."""
_STATED = frozenset({"arrived", "in_session", "completed", "no_show", "left_unseen"})


@dataclass(frozen=True)
class Reach:
    """What a scope means for one series now. `walls` are all dates of its rule, `first` is the index of the first date
    that changes; `touched` and `left` are occurrences, the latter with why."""

    series: Row
    rule: Rule
    walls: list[datetime]
    anchor: Row
    first: int
    touched: list[Row]
    left: list[tuple[Row, str]]
    has_before: bool

    def left_alone(self) -> dict[str, int]:
        """How many are left alone, by why."""
        return dict(Counter(why for _, why in self.left))


def why_left_alone(row: Mapping[str, Any], now: datetime) -> str | None:
    """Why no edit of a series touches this occurrence; None if one may. Purely."""
    if row["status"] == "cancelled":
        return "cancelled"
    if row["is_charged"]:
        return "charged"
    if row["status"] != "scheduled" or _STATED.intersection(row["statuses"]):
        return "attended"
    return "past" if row["starts_at"] < now else None


def reach_of(work: Work, appointment_id: str, scope: str) -> Reach:
    """What the scope reaches from this visit on. Refused when the visit is no series' or nothing may be changed."""
    if scope not in SCOPES:
        raise Refusal(f"An edit reaches {', '.join(SCOPES)}; {scope!r} is none of them.", rule="scope", field="scope")
    anchor = queries.occurrence_row(work, appointment_id)
    require_location(work.actor, anchor["location_id"])
    if anchor["series_id"] is None:
        raise Refusal("This visit is not one of a series; change it by itself.", rule="no_series", field="scope")
    series = work.get("series", anchor["series_id"], "series")
    rule = parse(series["rule"], series["zone"], series["wall_start"].date())
    walls = dates(rule, series["wall_start"])
    every = queries.occurrences(work, series["series_id"])
    if anchor["appointment_id"] not in {row["appointment_id"] for row in every}:
        raise Conflict(
            "This visit was moved or taken back; open the one that stands in its place.", rule="already_settled"
        )
    within = [row for row in every if _is_within(row, anchor, scope)]
    touched: list[Row] = []
    left: list[tuple[Row, str]] = []
    now = stored(work.now)
    for row in within:
        why = why_left_alone(row, now) or (None if row["original_start"] in walls else "apart")
        if why:
            left.append((row, why))
        else:
            touched.append(row)
    if not touched:
        raise Conflict(f"Nothing of this series can be changed: {left_sentence(left)}.", rule="nothing_left")
    first = walls.index(touched[0]["original_start"])
    has_before = any(row["original_start"] < walls[first] for row in every)
    return Reach(series, rule, walls, anchor, first if has_before else 0, touched, left, has_before)


def left_sentence(left: Sequence[tuple[Row, str]]) -> str:
    """`2 visits are in the past, 1 visit is charged`."""
    counted = Counter(why for _, why in left)
    return ", ".join(f"{number} visit{' is' if number == 1 else 's are'} {WHY[why]}" for why, number in counted.items())


def _is_within(row: Row, anchor: Row, scope: str) -> bool:
    if scope == "one":
        return bool(row["appointment_id"] == anchor["appointment_id"])
    return scope == "all" or bool(row["original_start"] >= anchor["original_start"])
