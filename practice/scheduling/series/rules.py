"""The rules that a series may have, purely; read and written as RFC 5545 RRULE. Others are refused by name."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import NoReturn

from practice.clock import to_instant, to_wall
from practice.errors import Refusal
from practice.scheduling.dated import a_date

MOST_VISITS = 300
MOST_YEARS = 2
MOST_INTERVAL = 52
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""RFC 5545's weekdays in the order of ISO: the first is 1, Monday."""
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NTH_NAMES = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
_PARTS = ("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "WKST")
_UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month"}


@dataclass(frozen=True)
class Rule:
    """How visits repeat. Weekly has `weekdays` (ISO); monthly either `month_day` or `nth` of `weekdays[0]`.

    `month_day` and `nth` may be −1, the last. It ends by `count` or with the local day `until`, inclusive.
    """

    frequency: str
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    month_day: int | None = None
    nth: int | None = None
    count: int | None = None
    until: date | None = None

    def ending(self, count: int) -> Rule:
        """The same rhythm, that many times."""
        return replace(self, count=count, until=None)


def daily(interval: int = 1, **end: int | date) -> Rule:
    """Every day, or every n days."""
    return checked(Rule("DAILY", interval, **end))  # type: ignore[arg-type]


def weekly(*weekdays: int, interval: int = 1, **end: int | date) -> Rule:
    """On these ISO weekdays of every n-th week."""
    return checked(Rule("WEEKLY", interval, tuple(sorted(set(weekdays))), **end))  # type: ignore[arg-type]


def monthly_on_date(month_day: int, interval: int = 1, **end: int | date) -> Rule:
    """On that day of the month; −1 is the last."""
    return checked(Rule("MONTHLY", interval, month_day=month_day, **end))  # type: ignore[arg-type]


def monthly_on_weekday(nth: int, weekday: int, interval: int = 1, **end: int | date) -> Rule:
    """On the n-th (−1: last) such weekday of the month."""
    return checked(Rule("MONTHLY", interval, (weekday,), nth=nth, **end))  # type: ignore[arg-type]


def checked(rule: Rule) -> Rule:
    """The rule itself; refused if it has no end, more than one, or numbers beyond what a practice books."""
    if not 1 <= rule.interval <= MOST_INTERVAL:
        _refuse(f"INTERVAL={rule.interval} is not supported: visits repeat every 1 to {MOST_INTERVAL} {_unit(rule)}s.")
    if rule.frequency == "WEEKLY" and not rule.weekdays:
        _refuse("A weekly series needs at least one weekday.")
    if rule.count is not None and rule.until is not None:
        _refuse("COUNT and UNTIL together are not supported: end the series after a number of visits or on a date.")
    if rule.count is None and rule.until is None:
        _refuse("A series without an end is not supported: end it after a number of visits or on a date.")
    if rule.count is not None and not 1 <= rule.count <= MOST_VISITS:
        _refuse(f"COUNT={rule.count} is not supported: a series has 1 to {MOST_VISITS} visits.")
    if rule.month_day is not None and not (1 <= rule.month_day <= 31 or rule.month_day == -1):
        _refuse(f"BYMONTHDAY={rule.month_day} is not supported: choose a day from 1 to 31, or -1 for the last.")
    if rule.nth is not None and rule.nth not in NTH_NAMES:
        _refuse(
            f"BYDAY={rule.nth}{DAYS[rule.weekdays[0] - 1]} is not supported: choose the first to fourth, or the last."
        )
    return rule


# --- RFC 5545 --------------------------------------------------------------------------------------------------------


def parse(text: str, zone: str, first: date | None = None) -> Rule:
    """A rule from RRULE text. `zone` tells which local day a UTC UNTIL means; `first` fills in what RFC 5545 takes from
    DTSTART. Refuses by name what is outside the supported set (rule `recurrence`)."""
    body = text.strip().removeprefix("RRULE:")
    pairs = [part.partition("=")[::2] for part in body.upper().split(";") if part]
    parts = dict(pairs)
    for name in parts:
        if name not in _PARTS:
            _refuse(
                f"{name} is not supported: a series repeats daily, weekly on weekdays, or monthly by date or weekday."
            )
    if len(parts) < len(pairs):
        _refuse("Each part of a rule may stand once only.")
    frequency = parts.get("FREQ", "")
    if frequency not in _UNITS:
        _refuse(f"FREQ={frequency or '(missing)'} is not supported: a series is DAILY, WEEKLY or MONTHLY.")
    if parts.get("WKST", "MO") != "MO":
        _refuse(f"WKST={parts['WKST']} is not supported: weeks begin on Monday (WKST=MO).")
    end = {"count": _number(parts, "COUNT"), "until": _until(parts.get("UNTIL"), zone)}
    days, month_day = _days(parts.get("BYDAY")), _number(parts, "BYMONTHDAY")
    rule = Rule(frequency, _number(parts, "INTERVAL") or 1, **end)  # type: ignore[arg-type]
    if "INTERVAL" in parts and rule.interval != _number(parts, "INTERVAL"):
        _refuse("INTERVAL=0 is not supported: visits repeat every 1 to 52 days, weeks or months.")
    return checked(_placed(rule, days, month_day, first))


def _placed(rule: Rule, days: list[tuple[int | None, int]], month_day: int | None, first: date | None) -> Rule:
    if rule.frequency == "DAILY":
        if days or month_day is not None:
            _refuse("BYDAY and BYMONTHDAY are not supported with FREQ=DAILY: use FREQ=WEEKLY with the weekdays.")
        return rule
    if rule.frequency == "WEEKLY":
        if month_day is not None:
            _refuse("BYMONTHDAY is not supported with FREQ=WEEKLY.")
        if any(nth is not None for nth, _ in days):
            _refuse("Numbered weekdays (such as 2MO) are not supported with FREQ=WEEKLY.")
        weekdays = tuple(sorted({day for _, day in days})) or ((first.isoweekday(),) if first else ())
        return replace(rule, weekdays=weekdays)
    if days and month_day is not None:
        _refuse("BYDAY together with BYMONTHDAY is not supported: choose a date or a weekday of the month.")
    if len(days) > 1:
        _refuse("Several weekdays are not supported with FREQ=MONTHLY: choose one, such as 2MO.")
    if days:
        nth, weekday = days[0]
        if nth is None:
            _refuse(
                f"BYDAY={DAYS[weekday - 1]} is not supported with FREQ=MONTHLY: say which one, such as 2MO or -1MO."
            )
        return replace(rule, weekdays=(weekday,), nth=nth)
    if month_day is None and first is None:
        _refuse("A monthly series needs a date (BYMONTHDAY) or a weekday (BYDAY) of the month.")
    return replace(rule, month_day=month_day if month_day is not None or first is None else first.day)


def written(rule: Rule, zone: str) -> str:
    """The rule as RRULE text. UNTIL is the end of the local day as an instant: RFC 5545 wants that with a zone."""
    parts = [f"FREQ={rule.frequency}"]
    if rule.interval != 1:
        parts.append(f"INTERVAL={rule.interval}")
    if rule.frequency == "WEEKLY":
        parts.append("BYDAY=" + ",".join(DAYS[day - 1] for day in rule.weekdays))
    if rule.nth is not None:
        parts.append(f"BYDAY={rule.nth}{DAYS[rule.weekdays[0] - 1]}")
    if rule.month_day is not None:
        parts.append(f"BYMONTHDAY={rule.month_day}")
    if rule.count is not None:
        parts.append(f"COUNT={rule.count}")
    if rule.until is not None:
        last = to_instant(datetime.combine(rule.until, time(23, 59, 59)), zone)
        parts.append(f"UNTIL={last:%Y%m%dT%H%M%SZ}")
    return ";".join(parts)


def _until(text: str | None, zone: str) -> date | None:
    if text is None:
        return None
    try:
        if text.endswith("Z"):
            return to_wall(datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC), zone).date()
        return datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007
    except ValueError:
        _refuse(f"UNTIL={text} is no date; write it like UNTIL=20261231.")


def _number(parts: dict[str, str], name: str) -> int | None:
    if name not in parts:
        return None
    if not re.fullmatch(r"[+-]?\d{1,6}", parts[name]):
        _refuse(f"{name}={parts[name]} is not supported: give one whole number.")
    return int(parts[name])


def _days(text: str | None) -> list[tuple[int | None, int]]:
    found: list[tuple[int | None, int]] = []
    for part in (text or "").split(",") if text else []:
        match = re.fullmatch(r"([+-]?\d{1,2})?([A-Z]{2})", part)
        if match is None or match[2] not in DAYS:
            _refuse(f"BYDAY={part} is not a weekday; write it like MO or 2MO.")
        found.append((int(match[1]) if match[1] else None, DAYS.index(match[2]) + 1))
    return found


# --- words -----------------------------------------------------------------------------------------------------------


def sentence(rule: Rule) -> str:
    """`Every 2 weeks on Monday and Thursday, 12 times`."""
    end = f", {rule.count} times" if rule.count is not None else f", until {rule.until:%-d %B %Y}" if rule.until else ""
    return rhythm(rule) + end.replace(", 1 times", ", once")


def rhythm(rule: Rule) -> str:
    """The rule without its end: `Every 2 weeks on Monday and Thursday`."""
    every = f"Every {_unit(rule)}" if rule.interval == 1 else f"Every {rule.interval} {_unit(rule)}s"
    if rule.frequency == "WEEKLY":
        names = [DAY_NAMES[day - 1] for day in rule.weekdays]
        return f"{every} on {' and '.join([', '.join(names[:-1]), names[-1]] if len(names) > 1 else names)}"
    if rule.nth is not None:
        return f"{every} on the {NTH_NAMES[rule.nth]} {DAY_NAMES[rule.weekdays[0] - 1]}"
    if rule.month_day is not None:
        return f"{every} on {'the last day' if rule.month_day == -1 else f'day {rule.month_day}'}"
    return every


def until_date(text: str | date, first: date, field: str = "until") -> date:
    """The last day of a series that begins on `first`: not before it, and at most two years on."""
    until = a_date(text, field)
    if until < first:
        raise Refusal(f"The series would end on {until}, before it begins on {first}.", rule="recurrence", field=field)
    return until


def _unit(rule: Rule) -> str:
    return _UNITS[rule.frequency]


def _refuse(sentence_: str) -> NoReturn:
    raise Refusal(sentence_, rule="recurrence", field="rule")
