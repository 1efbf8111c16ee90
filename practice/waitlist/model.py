"""The pure rules of the waitlist: who fits a free place, in which order they are asked, and why.

Instants are naive UTC. Every reason is an integer that can be reckoned again from what is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

URGENCY_POINTS = 100
"""For each step of urgency above 1: more than anybody gains by waiting, so that urgent people come first."""
MOST_WAITED_DAYS = 60
MOST_EARLIER_DAYS = 20
FILL_POINTS = 15

GRACE = timedelta(minutes=3)
"""So long after a visit left is nothing offered of itself: it may be undone."""

SHORTEST_ANSWER = timedelta(minutes=2)
"""An offer that leaves less time than this to answer it is not sent."""


class Window(NamedTuple):
    """A time of the week at which a client can come: ISO weekday, and the wall times between which the visit lies."""

    weekday: int
    start: time
    end: time

    def holds(self, start: datetime, end: datetime) -> bool:
        """Whether a visit at these wall times lies in it."""
        is_one_day = start.date() == end.date()
        return (
            start.isoweekday() == self.weekday and is_one_day and self.start <= start.time() and end.time() <= self.end
        )


@dataclass(frozen=True)
class Place:
    """A provider's time that is free: where, from when, and how many minutes the visit had that left it."""

    provider_id: str
    location_id: str
    wall_start: datetime
    starts_at: datetime
    minutes: int


@dataclass(frozen=True)
class Waiting:
    """An entry with what is known of its service and its client: all that judging and ranking it needs.

    `minutes` is how long its visit would last; `starts_possible` whether the practice could book its service at the
    place (hours, buffers, rooms); `is_client_free` whether the client has no other visit then; `is_asked` whether an
    offer to this client waits for its answer.
    """

    entry_id: str
    client_id: str
    service_id: str
    location_ids: tuple[str, ...]
    provider_ids: tuple[str, ...]
    windows: tuple[Window, ...]
    earliest_date: date
    expires_date: date
    notice_minutes: int
    urgency: int
    created_at: datetime
    minutes: int
    fallback_starts_at: datetime | None = None
    is_bookable: bool = True
    is_client_free: bool = True
    is_asked: bool = False


class Reason(NamedTuple):
    """Why a rank: `why` names the rule, `value` is what was counted, `points` what it is worth."""

    why: str
    value: int
    points: int


class Ranked(NamedTuple):
    """Somebody who fits: the sum of the points of the reasons, and the reasons."""

    entry: Waiting
    score: int
    reasons: tuple[Reason, ...]


def misfit(place: Place, entry: Waiting, now: datetime) -> str | None:
    """The rule for which this place is not for this entry, or None if it fits.

    One of: location, provider, dates, window, notice, not_earlier, not_bookable, client_busy, asked.
    """
    end = place.wall_start + timedelta(minutes=entry.minutes)
    rules = {
        "location": not entry.location_ids or place.location_id in entry.location_ids,
        "provider": not entry.provider_ids or place.provider_id in entry.provider_ids,
        "dates": entry.earliest_date <= place.wall_start.date() <= entry.expires_date,
        "window": not entry.windows or any(window.holds(place.wall_start, end) for window in entry.windows),
        "notice": place.starts_at - now >= timedelta(minutes=entry.notice_minutes) + SHORTEST_ANSWER,
        "not_earlier": entry.fallback_starts_at is None or place.starts_at < entry.fallback_starts_at,
        "not_bookable": entry.is_bookable,
        "client_busy": entry.is_client_free,
        "asked": not entry.is_asked,
    }
    return next((rule for rule, passes in rules.items() if not passes), None)


def reasons_for(place: Place, entry: Waiting, now: datetime) -> tuple[Reason, ...]:
    """What speaks for offering the place to this entry first.

    Urgency; days waited; days that it moves their later visit forward (whoever has none gains the most); how much of
    the freed time their visit uses, in percent.
    """
    waited = max((now - entry.created_at) // timedelta(days=1), 0)
    filled = min(100 * entry.minutes // place.minutes, 100)
    if entry.fallback_starts_at is None:
        earlier = Reason("no_visit", 1, MOST_EARLIER_DAYS)
    else:
        days = (entry.fallback_starts_at - place.starts_at) // timedelta(days=1)
        earlier = Reason("earlier_days", days, min(days, MOST_EARLIER_DAYS))
    return (
        Reason("urgency", entry.urgency, (entry.urgency - 1) * URGENCY_POINTS),
        Reason("waited_days", waited, min(waited, MOST_WAITED_DAYS)),
        earlier,
        Reason("filled_percent", filled, filled * FILL_POINTS // 100),
    )


def rank(place: Place, entries: Iterable[Waiting], now: datetime) -> list[Ranked]:
    """Everybody whom the place fits, those with the most points first; at a tie whoever has waited longer.

    A client who waits for several services is asked once, for the entry that ranks best.
    """
    fitting = [entry for entry in entries if misfit(place, entry, now) is None]
    ranked = []
    for entry in fitting:
        reasons = reasons_for(place, entry, now)
        ranked.append(Ranked(entry, sum(reason.points for reason in reasons), reasons))
    ranked.sort(key=lambda one: (-one.score, one.entry.created_at, one.entry.entry_id))
    best = {one.entry.client_id: one for one in reversed(ranked)}
    return [one for one in ranked if best[one.entry.client_id] is one]


def answer_until(now: datetime, answer_minutes: int, starts_at: datetime, notice_minutes: int) -> datetime | None:
    """Until when an offer sent now may be accepted: its time to answer, but never so late that the client's own
    notice would be cut short. None if that leaves no time to answer."""
    until = min(now + timedelta(minutes=answer_minutes), starts_at - timedelta(minutes=notice_minutes))
    return until if until - now >= SHORTEST_ANSWER else None


def next_batch(statuses: Sequence[str], batch_size: int) -> int:
    """How many of the planned offers are sent now: none while one waits for its answer."""
    return 0 if "sent" in statuses else min(batch_size, statuses.count("planned"))


def windows_from(rows: Iterable[Mapping[str, object]]) -> tuple[Window, ...]:
    """Windows as they are stored: {"weekday": 1, "start": "09:00", "end": "12:00"}."""
    return tuple(
        Window(int(str(row["weekday"])), time.fromisoformat(str(row["start"])), time.fromisoformat(str(row["end"])))
        for row in rows
    )
