"""Wall times to UTC and back for whole columns: Python finds the zone's changes, SQL only adds what it is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from practice.clock import zone_of


def offset_changes(zone: str, first: date, last: date) -> list[tuple[datetime, timedelta, timedelta]]:
    """(instant in naive UTC, offset before, offset after) of each change of the zone's offset between two dates."""
    rules = zone_of(zone)

    def offset(instant: datetime) -> timedelta:
        return instant.replace(tzinfo=UTC).astimezone(rules).utcoffset() or timedelta()

    changes = []
    day = datetime(first.year, first.month, first.day) - timedelta(days=2)  # noqa: DTZ001 - naive UTC
    end = datetime(last.year, last.month, last.day) + timedelta(days=2)  # noqa: DTZ001 - naive UTC
    while day < end:
        following = day + timedelta(days=1)
        if offset(day) != offset(following):
            low, high = day, following
            while high - low > timedelta(seconds=1):
                middle = (low + (high - low) / 2).replace(microsecond=0)
                low, high = (middle, high) if offset(middle) == offset(day) else (low, middle)
            changes.append((high, offset(day), offset(following)))
        day = following
    return changes


def to_utc(wall: str, zone: str, first: date, last: date) -> str:
    """SQL: the UTC instant of the wall time `wall`. A repeated hour means its first pass; a skipped one moves on."""
    return _shifted(wall, zone, first, last, is_wall=True)


def to_wall(instant: str, zone: str, first: date, last: date) -> str:
    """SQL: what a clock in `zone` shows at the UTC instant `instant`."""
    return _shifted(instant, zone, first, last, is_wall=False)


def _shifted(column: str, zone: str, first: date, last: date, *, is_wall: bool) -> str:
    changes = offset_changes(zone, first, last)
    sign = "-" if is_wall else "+"
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    before = changes[0][1] if changes else start.astimezone(zone_of(zone)).utcoffset() or timedelta()
    cases = ""
    for instant, old, new in reversed(changes):
        # As a wall time, the change begins at the later of its two readings: `fold=0` keeps the old offset until then.
        bound = instant + max(old, new) if is_wall else instant
        cases += f" when {column} >= timestamp '{bound}' then {column} {sign} to_seconds({int(new.total_seconds())})"
    rest = f"{column} {sign} to_seconds({int(before.total_seconds())})"
    return f"case{cases} else {rest} end" if cases else rest
