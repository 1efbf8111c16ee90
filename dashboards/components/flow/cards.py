"""From today's rows to the columns of the board, their cards and totals. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from practice.clock import to_wall
from practice.scheduling.flow import STATIONS, Progress, Thresholds, progress, totals
from practice.store.work import Row

TITLES = {"arrived": "Arrived", "roomed": "In a room", "in_session": "In session", "done": "Done"}
MOST_DONE = 8
EXPECTED_AHEAD = timedelta(minutes=90)


@dataclass(frozen=True)
class Card:
    """One client at one station. `may_step_back`: the person who looks took the last step, a moment ago."""

    row: Row
    progress: Progress
    may_step_back: bool

    @property
    def minutes(self) -> str:
        """The line about time, as it is read: the wait while waiting, the length in session, when it ended."""
        here, wait = self.progress.here_minutes, self.progress.wait_minutes
        if self.progress.station in ("arrived", "roomed"):
            if self.row["starts_at"] > self.row["arrived_at"] and not wait:
                return "in time"
            return f"waits {wait} min"
        if self.progress.station == "in_session":
            over = here - self.row["duration_minutes"]
            return f"{over} min over" if over > 0 else f"{here} of {self.row['duration_minutes']} min"
        return f"ended {clock_of(self.row, 'ended_at')}" if self.row["ended_at"] else "done"


@dataclass(frozen=True)
class FlowBoard:
    """Four columns of cards in the order of the way; `counts` are of everybody there, `done` shows the last ones."""

    columns: dict[str, list[Card]]
    counts: dict[str, int]
    expected: list[Row]
    late: int
    providers: dict[str, str]


def flow_board(
    rows: Sequence[Row],
    now: datetime,
    limits: Thresholds,
    *,
    provider_id: str | None = None,
    fresh: Collection[str] = (),
) -> FlowBoard:
    """`rows` of `flow_queries.in_the_house`; `now` is naive UTC; `fresh` are attendees whose last step is one's own.

    Everything that is counted is counted from the rows that the filter leaves.
    """
    providers = {row["provider_id"]: row["provider_name"] for row in rows}
    chosen = [row for row in rows if provider_id in (None, row["provider_id"])]
    columns: dict[str, list[Card]] = {station: [] for station in STATIONS}
    for row in chosen:
        seen = progress(row, now, limits)
        if seen is not None:
            columns[seen.station].append(Card(row, seen, row["attendee_id"] in fresh))
    counts = totals(card.progress.station for cards in columns.values() for card in cards)
    for station in ("arrived", "roomed"):
        columns[station].sort(key=lambda card: max(card.row["arrived_at"], card.row["starts_at"]))
    columns["in_session"].sort(key=lambda card: card.row["seated_at"])
    columns["done"] = sorted(columns["done"], key=lambda card: card.row["outcome_at"], reverse=True)[:MOST_DONE]
    expected = _expected(chosen, now)
    late = sum(row["starts_at"] < now for row in expected)
    return FlowBoard(columns, counts, expected, late, dict(sorted(providers.items(), key=lambda item: item[1])))


def initials(name: str | None) -> str:
    """`Ada Marie Birch` → `A. B.`: what a screen that others can see may show."""
    words = (name or "").split()
    return " ".join(f"{word[0]}." for word in (words[:1] + words[-1:] if len(words) > 1 else words)) or "–"


def clock_of(row: Row, name: str) -> str:
    """The wall time of one of a row's instants at its location: `09:05`."""
    return f"{to_wall(row[name], row['zone']):%H:%M}"


def _expected(rows: Iterable[Row], now: datetime) -> list[Row]:
    """Who is still to come: late ones and those of the next hour and a half, in the order of start."""
    return [
        row
        for row in rows
        if row["status"] == "scheduled" and row["mode"] == "in_person" and row["starts_at"] <= now + EXPECTED_AHEAD
    ]
