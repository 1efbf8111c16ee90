"""The pure rules of time: the grid, wall times, what a visit claims, lanes, lateness, the status of a visit.

Every instant here is naive UTC, as the record keeps it. Intervals are half-open: [start, end).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from practice.clock import plausible, stored, to_instant, to_wall
from practice.errors import Refusal

GRID = timedelta(minutes=5)
HORIZON = timedelta(days=90)
"""Visits that began longer ago than this can no longer change places: they keep claims but no slots."""

GONE = frozenset({"cancelled", "rescheduled", "entered_in_error"})
"""Statuses of an attendee who holds no place any more."""


OUTCOMES = frozenset({"completed", "no_show", "left_unseen"})
"""Statuses that say what became of a visit that was to take place."""


class Interval(NamedTuple):
    """A stretch of time, [start, end)."""

    start: datetime
    end: datetime


class Claim(NamedTuple):
    """One resource held by one visit, hold or block; the fields are the columns of the table `claims`.

    `appointment_id` is the holder's id; `service_id` and `start_date` (local) say which overlap policy is the holder's,
    `location_id` where the holder is. A claim of a hold counts until `expires_at` only.
    """

    claim_id: str
    resource_kind: str
    resource_id: str
    appointment_id: str
    holder: str
    kind: str
    service_id: str | None
    start_date: date
    starts_at: datetime
    ends_at: datetime
    lane: int
    expires_at: datetime | None = None
    location_id: str | None = None


def floor_grid(instant: datetime) -> datetime:
    """The last grid line at or before the instant."""
    return instant - timedelta(minutes=instant.minute % 5, seconds=instant.second, microseconds=instant.microsecond)


def ceil_grid(instant: datetime) -> datetime:
    """The first grid line at or after the instant."""
    floor = floor_grid(instant)
    return floor if floor == instant else floor + GRID


def up_to_grid(minutes: int) -> int:
    """Minutes rounded up to the grid: a buffer of 7 minutes takes 10."""
    return -(-minutes // 5) * 5


def wall_time(text: str, field: str = "wall_start") -> datetime:
    """A wall time 'YYYY-MM-DDTHH:MM' on the five-minute grid; anything else is refused."""
    try:
        wall = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise Refusal(
            f"{text!r} is no date and time; write it like 2026-03-02T10:00.", rule="wall_time", field=field
        ) from None
    plausible(wall.date(), field)
    if wall.tzinfo is not None:
        raise Refusal("Give the time on the location's wall, without a zone.", rule="wall_time", field=field)
    if floor_grid(wall) != wall:
        near = floor_grid(wall)
        raise Refusal(
            f"Visits begin on a five-minute mark; choose {near:%H:%M} or {near + GRID:%H:%M}.",
            rule="off_grid",
            field=field,
            alternatives=[spelled(near), spelled(near + GRID)],
        )
    return wall


def instant_of(wall: datetime, zone: str, field: str = "wall_start") -> datetime:
    """The instant (naive UTC) of a wall time. A repeated hour means its first pass; a skipped one is refused."""
    instant = to_instant(wall, zone)
    shown = to_wall(instant, zone)
    if shown != wall:
        raise Refusal(
            f"{wall:%H:%M} does not exist on {wall:%Y-%m-%d} in {zone}: the clocks go forward over it; "
            f"choose {shown:%H:%M}.",
            rule="skipped_hour",
            field=field,
            alternatives=[spelled(shown)],
        )
    return stored(instant)


def spelled(wall: datetime) -> str:
    """A wall time as commands take it: 'YYYY-MM-DDTHH:MM'."""
    return wall.strftime("%Y-%m-%dT%H:%M")


# --- intervals -------------------------------------------------------------------------------------------------------


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time without overlaps, in order; stretches that touch become one."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(end, merged[-1].end))
        else:
            merged.append(Interval(start, end))
    return merged


def subtract(whole: Iterable[Interval], holes: Iterable[Interval]) -> list[Interval]:
    """What is left of `whole` without `holes`, in order."""
    left = union(whole)
    for hole in holes:
        left = [
            piece
            for start, end in left
            for piece in (Interval(start, min(end, hole.start)), Interval(max(start, hole.end), end))
            if piece.start < piece.end
        ]
    return left


# --- claims and slots ------------------------------------------------------------------------------------------------


def claims_for(
    appointment_id: str,
    starts_at: datetime,
    ends_at: datetime,
    *,
    new_id: Callable[[], str],
    service_id: str,
    start_date: date,
    location_id: str | None = None,
    provider_id: str | None = None,
    room_id: str | None = None,
    also: Iterable[tuple[str, str]] = (),
    client_ids: Iterable[str] = (),
    before_minutes: int = 0,
    after_minutes: int = 0,
    lanes: Mapping[str, int] | None = None,
    buffer_lanes: Mapping[str, int] | None = None,
    holder: str = "appointment",
    expires_at: datetime | None = None,
) -> list[Claim]:
    """What one visit (or a hold for one) holds, as rows of `claims`.

    The provider is held for the care and for both buffers, the room for the care and the turnaround after it, each
    client for the care only. `also` are further rooms and equipment, (kind, id), held like the room. Buffers are
    rounded up to the grid. `lanes` maps a resource's id to its lane (0 where absent); `buffer_lanes` the provider's
    'before' and 'after' to theirs, where they are not the care's.
    """
    before = starts_at - timedelta(minutes=up_to_grid(before_minutes))
    after = ends_at + timedelta(minutes=up_to_grid(after_minutes))
    spans: list[tuple[str, str, str, datetime, datetime]] = []
    for kind, resource_id in (("provider", provider_id), ("room", room_id), *also):
        if resource_id is None:
            continue
        if kind == "provider" and before < starts_at:
            spans.append((kind, resource_id, "before", before, starts_at))
        spans.append((kind, resource_id, "care", starts_at, ends_at))
        if ends_at < after:
            spans.append((kind, resource_id, "after", ends_at, after))
    spans.extend(("client", client_id, "care", starts_at, ends_at) for client_id in client_ids)
    at, beside = lanes or {}, buffer_lanes or {}
    return [
        Claim(
            new_id(), kind, resource_id, appointment_id, holder, part, service_id, start_date, start, end,
            beside.get(part, at.get(resource_id, 0)) if kind == "provider" else at.get(resource_id, 0),
            expires_at, location_id,
        )
        for kind, resource_id, part, start, end in spans
    ]  # fmt: skip


def slots_for(claims: Iterable[Claim], horizon: datetime) -> Iterator[tuple[str, datetime, int, str]]:
    """Rows of `slots` (resource_id, slot_at, lane, claim_id) of the claims that begin at or after `horizon`."""
    for claim in claims:
        slot = claim.starts_at
        if slot < horizon:
            continue
        while slot < claim.ends_at:
            yield claim.resource_id, slot, claim.lane, claim.claim_id
            slot += GRID


# --- lateness and status ---------------------------------------------------------------------------------------------


def in_force(row: Mapping[str, Any], on: date) -> bool:
    """Whether a dated row (effective_from, effective_to) holds on that day."""
    return bool(row["effective_from"] <= on and (row["effective_to"] is None or on <= row["effective_to"]))


def judge_notice(
    policies: Iterable[Mapping[str, Any]], service_id: str, starts_at: datetime, now: datetime, today: date
) -> tuple[int, bool | None]:
    """(notice in minutes, late or not) by the cancellation policy in force `today`; None when there is none.

    The service's own policy beats the general one. Exactly the notice asked for is in time.
    """
    notice = int((starts_at - now).total_seconds() // 60)
    fitting = [row for row in policies if in_force(row, today) and row["service_id"] in (None, service_id)]
    if not fitting:
        return notice, None
    policy = max(fitting, key=lambda row: (row["service_id"] is not None, row["effective_from"]))
    return notice, notice < policy["notice_minutes"]


def status_of(attendees: Collection[str], *, is_standing: bool = False) -> str:
    """An appointment's status from the statuses of its attendees. A standing group waits for clients: scheduled."""
    present = [status for status in attendees if status not in GONE]
    if not present and is_standing:
        return "scheduled"
    if not present:
        return next((status for status in ("rescheduled", "cancelled") if status in attendees), "entered_in_error")
    if "in_session" in present:
        return "in_session"
    if "scheduled" in present or "arrived" in present:
        return "scheduled"
    return "completed" if "completed" in present else "closed"


def is_unresolved(status: str, starts_at: datetime, start_date: date, now: datetime, today: date) -> bool:
    """Law 3: nobody has stated what became of a visit whose start has passed.

    Somebody who arrived or is in session is unresolved only once the visit's local day is over.
    """
    if status == "scheduled":
        return starts_at < now
    return status in ("arrived", "in_session") and start_date < today


def nearest(wanted: datetime, free: Sequence[datetime], count: int = 3) -> list[datetime]:
    """The free starts closest to the wanted one, in the order of time."""
    return sorted(sorted(set(free), key=lambda start: (abs(start - wanted), start))[:count])
