"""Versions with dates (hours, policies): a new one ends the earlier ones; what was in force yesterday stays so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from typing import Any

from practice.clock import local_date, plausible
from practice.errors import Refusal
from practice.store.work import Reader


def a_date(text: str | date, field: str) -> date:
    """A date 'YYYY-MM-DD'; anything else is refused."""
    try:
        return plausible(text if isinstance(text, date) else date.fromisoformat(text), field)
    except (TypeError, ValueError):
        raise Refusal(f"{text!r} is no date; write it like 2026-03-02.", rule="date", field=field) from None


def a_time(text: str | time, field: str) -> time:
    """A time of day 'HH:MM' on the five-minute grid; anything else is refused."""
    try:
        at = text if isinstance(text, time) else time.fromisoformat(text)
    except (TypeError, ValueError):
        raise Refusal(f"{text!r} is no time of day; write it like 09:00.", rule="time", field=field) from None
    if at.minute % 5 or at.second or at.microsecond or at.tzinfo is not None:
        raise Refusal(f"{at:%H:%M} is not on a five-minute mark; round it.", rule="off_grid", field=field)
    return at


def today_in(reader: Reader, zone: str | None = None) -> date:
    """Today in that zone, or in the practice's."""
    return local_date(reader.now, zone or reader.setting("zone", "UTC"))


def refuse_rewriting(rows: Iterable[Mapping[str, Any]], effective_from: date, today: date, what: str) -> None:
    """A version may begin in the past only where none was in force: the past is never rewritten."""
    if effective_from >= today:
        return
    for row in rows:
        ended = row["effective_to"]
        if row["effective_from"] < today and (ended is None or ended >= effective_from) and not is_never(row):
            raise Refusal(
                f"{what} of the days before today stay as they were; let the new ones begin on {today} or later.",
                rule="past",
                field="effective_from",
            )


def is_never(row: Mapping[str, Any]) -> bool:
    """Whether weekly hours were superseded before they began: they hold on one day that is not their weekday."""
    day, weekday = row["effective_from"], row.get("weekday")
    return weekday is not None and day == row["effective_to"] and day.isoweekday() != weekday


def ending(row: Mapping[str, Any], effective_from: date) -> dict[str, Any]:
    """The columns that end weekly hours when new ones begin.

    Rows are never deleted, and a row must hold on at least one day: hours that were planned for later and are
    superseded before they begin are left in force on a single day that is not their weekday.
    """
    if row["effective_from"] < effective_from:
        return {"effective_to": effective_from - timedelta(days=1)}
    day = row["effective_from"]
    if day.isoweekday() == row["weekday"]:
        day += timedelta(days=1)
    return {"effective_from": day, "effective_to": day}
