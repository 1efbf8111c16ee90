"""Recurrence rules as RFC 5545 writes them: the text of an RRULE as a `Rule`, and which of them are understood.

libical's printed instances are the referee (`tests/practice/test_calendar_rules.py`). What is not understood is refused
by name, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from practice.clock import to_wall
from practice.errors import Refusal

FREQUENCIES = ("SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

# Lowest and highest value of each list; those that may be negative count from the end and are never 0.
_LISTS = {
    "BYSECOND": (0, 60), "BYMINUTE": (0, 59), "BYHOUR": (0, 23), "BYMONTH": (1, 12), "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366), "BYWEEKNO": (-53, 53), "BYSETPOS": (-366, 366),
}  # fmt: skip
_KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", *_LISTS}


@dataclass(frozen=True)
class Rule:
    """A rule, read. Weekdays are 0 (Monday) to 6; `weekdays` holds (n, weekday), n = 0 for every one of them.

    `until` is an aware instant, a naive wall time, or a date (then that whole day counts); None = no end.
    """

    frequency: str
    interval: int = 1
    count: int | None = None
    until: datetime | date | None = None
    week_start: int = 0
    weekdays: tuple[tuple[int, int], ...] = ()
    seconds: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    hours: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    week_numbers: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()

    def last_wall(self, zone: str) -> datetime | None:
        """The last wall time in `zone` that UNTIL lets through; None = no end."""
        if self.until is None:
            return None
        if not isinstance(self.until, datetime):
            return datetime.combine(self.until, time.max)
        return self.until if self.until.tzinfo is None else to_wall(self.until, zone)


def parse_rule(text: str) -> Rule:
    """Read 'FREQ=WEEKLY;BYDAY=MO'. Raises Refusal (rule 'recurrence') that names the part and what would be right."""
    parts: dict[str, str] = {}
    for part in text.strip().upper().split(";"):
        if not part:
            continue  # a trailing semicolon, as one well-known calendar writes it
        name, sign, value = part.partition("=")
        if not sign or not value or name not in _KNOWN:
            raise _refusal(f"it has the part {part[:40]!r}, which is not understood")
        if name in parts:
            raise _refusal(f"it says {name} twice")
        parts[name] = value
    frequency = parts.get("FREQ", "")
    if frequency not in FREQUENCIES:
        raise _refusal("it does not say how often (FREQ)")
    if "COUNT" in parts and "UNTIL" in parts:
        raise _refusal("it ends both by COUNT and by UNTIL; only one may be given")
    lists = {name: _numbers(name, parts[name]) for name in _LISTS if name in parts}
    rule = Rule(
        frequency=frequency,
        interval=_whole("INTERVAL", parts.get("INTERVAL", "1")),
        count=_whole("COUNT", parts["COUNT"]) if "COUNT" in parts else None,
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
        week_start=_weekday(parts.get("WKST", "MO")),
        weekdays=tuple(_numbered_weekday(one) for one in parts["BYDAY"].split(",")) if "BYDAY" in parts else (),
        seconds=tuple(min(59, one) for one in lists.get("BYSECOND", ())),  # a leap second is the minute's last
        minutes=lists.get("BYMINUTE", ()),
        hours=lists.get("BYHOUR", ()),
        months=lists.get("BYMONTH", ()),
        month_days=lists.get("BYMONTHDAY", ()),
        year_days=lists.get("BYYEARDAY", ()),
        week_numbers=lists.get("BYWEEKNO", ()),
        positions=lists.get("BYSETPOS", ()),
    )
    _check(rule)
    return rule


def _check(rule: Rule) -> None:
    """Combinations that RFC 5545 forbids."""
    if any(number for number, _ in rule.weekdays) and (
        rule.frequency not in ("MONTHLY", "YEARLY") or (rule.frequency == "YEARLY" and rule.week_numbers)
    ):
        raise _refusal("a numbered weekday such as 1FR needs FREQ=MONTHLY or YEARLY, without BYWEEKNO")
    if rule.month_days and rule.frequency == "WEEKLY":
        raise _refusal("BYMONTHDAY does not go with FREQ=WEEKLY")
    if rule.year_days and rule.frequency in ("DAILY", "WEEKLY", "MONTHLY"):
        raise _refusal(f"BYYEARDAY does not go with FREQ={rule.frequency}")
    if rule.week_numbers and rule.frequency != "YEARLY":
        raise _refusal("BYWEEKNO needs FREQ=YEARLY")
    others = (rule.weekdays, rule.seconds, rule.minutes, rule.hours, rule.months, rule.month_days, rule.year_days)
    if rule.positions and not any((*others, rule.week_numbers)):
        raise _refusal("BYSETPOS needs another BY part to choose from")


def _whole(name: str, text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise _refusal(f"{name}={text[:20]} is no whole number above 0")
    return int(text)


def _numbers(name: str, text: str) -> tuple[int, ...]:
    low, high = _LISTS[name]
    found = set()
    for one in text.split(","):
        digits = one[1:] if one[:1] in "+-" else one
        number = int(one) if digits.isdecimal() and len(digits) < 4 else None
        if number is None or not low <= number <= high or (number == 0 and low < 0):
            raise _refusal(f"{name}={one[:20]} is not between {low} and {high}")
        found.add(number)
    return tuple(sorted(found))


def _weekday(text: str) -> int:
    if text not in WEEKDAYS:
        raise _refusal(f"{text[:20]!r} is no weekday; MO to SU are")
    return WEEKDAYS.index(text)


def _numbered_weekday(text: str) -> tuple[int, int]:
    number = text[:-2]
    digits = number[1:] if number[:1] in "+-" else number
    if number and not (digits.isdecimal() and 1 <= int(digits) <= 53):
        raise _refusal(f"{text[:20]!r} is no weekday; MO, 1MO or -1MO are")
    return int(number or 0), _weekday(text[-2:])


def _until(text: str) -> datetime | date:
    try:
        if "T" not in text:
            return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a date has no zone
        if text.endswith("Z"):
            return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return datetime.strptime(text, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - a wall time of the event's zone
    except ValueError:
        raise _refusal(f"UNTIL={text[:20]} is no date") from None


def _refusal(why: str) -> Refusal:
    return Refusal(f"This rule of repetition cannot be followed: {why}.", rule="recurrence", field="rule")
