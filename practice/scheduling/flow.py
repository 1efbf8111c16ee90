"""The way of a client through the house: stations, minutes, waits. Pure: pages, the kiosk and tests share it.

Every instant here is naive UTC, as the record keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

STATIONS = ("arrived", "roomed", "in_session", "done")
"""The columns of the flow board, in the order of the way."""

Row = Mapping[str, Any]

STILL_IN_SESSION = timedelta(minutes=5)
"""What a session that has outlasted its length is given: nobody knows better."""


@dataclass(frozen=True)
class Thresholds:
    """Minutes of waiting from which a card turns amber, then red; in session: minutes over the visit's length."""

    amber_minutes: int = 10
    red_minutes: int = 20


@dataclass(frozen=True)
class Progress:
    """Where a client is and for how long; minutes are whole. `level` is calm, amber or red."""

    station: str
    since_arrival_minutes: int | None
    here_minutes: int
    wait_minutes: int | None
    level: str


def station_of(row: Row) -> str | None:
    """The station of an attendee's row: None before arrival, and for whoever is not, or no longer, to be seen."""
    if row["status"] == "arrived":
        return "roomed" if row["roomed_at"] else "arrived"
    return {"in_session": "in_session", "completed": "done"}.get(row["status"])


def step_before(row: Row) -> str | None:
    """The status or station that an attendee had before the last step, by the times that were kept; None at the start.

    A step that skipped others was stated at once with the arrival, so it goes back before it.
    """
    station = station_of(row)
    last = {"arrived": row["arrived_at"], "roomed": row["roomed_at"], "in_session": row["seated_at"]}
    earlier = {"arrived": (), "roomed": ("arrived",), "in_session": ("roomed", "arrived")}
    if station is None:
        return None
    if station == "done":
        return next((name for name in ("in_session", "roomed", "arrived") if last[name]), "scheduled")
    stated_at_once = [name for name in earlier[station] if last[name] is not None and last[name] < last[station]]
    return stated_at_once[0] if stated_at_once else "scheduled"


def wait_minutes(arrived_at: datetime | None, seated_at: datetime | None, starts_at: datetime) -> float | None:
    """Minutes that a client waited: from the later of arrival and the visit's start until seated, never below 0.

    None without both stamps (M8 counts only visits that have both).
    """
    if arrived_at is None or seated_at is None:
        return None
    return max(0.0, (seated_at - max(arrived_at, starts_at)) / timedelta(minutes=1))


def progress(row: Row, now: datetime, thresholds: Thresholds) -> Progress | None:
    """Where the client of a row is at `now`; None while, or once, they are nowhere on the board.

    Waiting counts from the later of arrival and start, as M8 does: whoever came early has not waited yet.
    """
    station = station_of(row)
    if station is None:
        return None
    entered = {
        "arrived": row["arrived_at"], "roomed": row["roomed_at"], "in_session": row["seated_at"],
        "done": row["ended_at"] or row["outcome_at"],
    }[station]  # fmt: skip
    left = row["ended_at"] if station == "done" else now
    wait = wait_minutes(row["arrived_at"], row["seated_at"] or (None if station == "done" else now), row["starts_at"])
    in_house = _whole(row["arrived_at"], left)
    here = _whole(entered, now) or 0
    if station in ("arrived", "roomed"):
        level = _level(wait or 0, thresholds)
    elif station == "in_session":
        level = _level(here - row["duration_minutes"], thresholds)
    else:
        level = "calm"
    return Progress(station, in_house, here, None if wait is None else int(wait), level)


def totals(stations: Iterable[str | None]) -> dict[str, int]:
    """How many clients are at each station: counted from the very rows that are shown."""
    found = dict.fromkeys(STATIONS, 0)
    for station in stations:
        if station is not None:
            found[station] += 1
    return found


def expected_start(row: Row, others: Iterable[Row], now: datetime) -> datetime:
    """When a client may honestly expect to be seen: the start, or after whoever the provider has to see before.

    `others` are the provider's further attendees of the day. Who is in session takes the rest of their length, at least
    five minutes; who has arrived for an earlier visit takes all of it; who has not come is not waited for.
    """
    free = now
    visits: dict[str, list[Row]] = {}
    for other in others:
        if other["appointment_id"] != row["appointment_id"] and other["starts_at"] < row["starts_at"]:
            visits.setdefault(other["appointment_id"], []).append(other)
    for rows in sorted(visits.values(), key=lambda rows: rows[0]["starts_at"]):
        length = timedelta(minutes=rows[0]["duration_minutes"])
        seated = [one["seated_at"] for one in rows if one["status"] == "in_session" and one["seated_at"]]
        if seated:
            free = max(free + STILL_IN_SESSION, min(seated) + length)
        elif any(one["status"] == "arrived" for one in rows):
            free = max(free, rows[0]["starts_at"]) + length
    start: datetime = row["starts_at"]
    return max(start, free) if free > now else start


def _level(minutes: float, thresholds: Thresholds) -> str:
    if minutes >= thresholds.red_minutes:
        return "red"
    return "amber" if minutes >= thresholds.amber_minutes else "calm"


def _whole(start: datetime | None, end: datetime | None) -> int | None:
    if start is None or end is None:
        return None
    return max(0, int((end - start) / timedelta(minutes=1)))
