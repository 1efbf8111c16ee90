"""How days, times and people are written on the desk's pages. Times are wall times of a location, 24 hours."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from practice.store.work import Row

_MARKDOWN = re.compile(r"([\\`*_\[\]<>~$|#:{}])")


def plain(text: str | None) -> str:
    """Text of the record as text: nothing in a name or a note is read as markdown."""
    return _MARKDOWN.sub(r"\\\1", text or "")


def clock(wall: datetime) -> str:
    """`09:05`."""
    return f"{wall:%H:%M}"


def span(start: datetime, end: datetime) -> str:
    """`09:05–09:55`."""
    return f"{start:%H:%M}–{end:%H:%M}"


def day(on: date, today: date) -> str:
    """`Today`, `Tomorrow`, `Yesterday`, else `Mon 2 Mar`, with the year where it is another one."""
    near = {0: "Today", 1: "Tomorrow", -1: "Yesterday"}.get((on - today).days)
    if near:
        return near
    return f"{on:%a %-d %b}" if on.year == today.year else f"{on:%a %-d %b %Y}"


def date_of(on: date | None) -> str:
    """`17 May 1990`; empty for none."""
    return f"{on:%-d %b %Y}" if on else ""


def when(start: datetime, today: date) -> str:
    """`Tomorrow 09:05`."""
    return f"{day(start.date(), today)} {start:%H:%M}"


def place(zone: str) -> str:
    """A zone as people say it: `New York time (America/New_York)`."""
    return f"{zone_name(zone)} ({zone})"


def zone_name(zone: str) -> str:
    """The same, short: `New York time`."""
    return f"{zone.rsplit('/', 1)[-1].replace('_', ' ')} time"


def age(born: date | None, today: date) -> int | None:
    """Whole years."""
    if born is None:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def who(client: Row) -> str:
    """A line that tells two people of one name apart: birth date and the end of the phone number."""
    digits = re.sub(r"\D", "", client["phone"] or "")
    known = [
        f"born {date_of(client['birth_date'])}" if client["birth_date"] else "",
        f"…{digits[-4:]}" if digits else "",
    ]
    inactive = "" if client["is_active"] else "archived"
    return " · ".join(part for part in (*known, inactive) if part)


def minutes(length: timedelta) -> int:
    """Whole minutes."""
    return int(length.total_seconds() // 60)


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 visit`, `3 visits`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
