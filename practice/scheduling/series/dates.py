"""From a rule to its dates, in the wall time of the location: the clock on the wall stays, whatever the zone does.

Two things do not exist and have a stated rule (decision 0032): a wall time that the clocks skip is held after the gap,
and a month without the date has no visit; neither happens silently.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice, takewhile

from dateutil import rrule
from dateutil.relativedelta import relativedelta

from practice.clock import to_instant, to_wall
from practice.errors import Refusal
from practice.scheduling.series.rules import DAY_NAMES, MOST_VISITS, MOST_YEARS, Rule, rhythm

_FREQUENCIES = {"DAILY": rrule.DAILY, "WEEKLY": rrule.WEEKLY, "MONTHLY": rrule.MONTHLY}


@dataclass(frozen=True)
class Missing:
    """A month in which the rule has no visit, because it has no such date."""

    year: int
    month: int

    @property
    def first(self) -> date:
        """The first of that month."""
        return date(self.year, self.month, 1)


def dates(rule: Rule, first: datetime) -> list[datetime]:
    """Every wall start of the rule, which begins with `first`; refuses a first date that is not the rule's, or an end
    that is too far away."""
    day = first.date()
    if rule.until is not None:
        if rule.until < day:
            raise Refusal(
                f"The series would end on {rule.until}, before it begins on {day}.", rule="recurrence", field="until"
            )
        if rule.until > day + relativedelta(years=MOST_YEARS):
            latest = day + relativedelta(years=MOST_YEARS)
            raise Refusal(
                f"A series ends at most {MOST_YEARS} years after its first visit; choose {latest} or earlier.",
                rule="recurrence",
                field="until",
            )
    found = endless(rule, first)
    if rule.until is not None:
        found = takewhile(lambda wall: wall.date() <= rule.until, found)  # type: ignore[operator]
    answer = list(islice(found, min(rule.count or MOST_VISITS + 1, MOST_VISITS + 1)))
    if not answer or answer[0] != first:
        raise Refusal(
            f"{DAY_NAMES[first.weekday()]} {day} is not a date of “{_inside(rule)}”; begin on one that is.",
            rule="recurrence",
            field="wall_start",
        )
    if len(answer) > MOST_VISITS:
        raise Refusal(
            f"Until {rule.until} there would be more than {MOST_VISITS} visits; end the series earlier.",
            rule="recurrence",
            field="until",
        )
    return answer


def endless(rule: Rule, first: datetime) -> Iterator[datetime]:
    """The rule's wall starts from `first` on, as if it had no end."""
    by_weekday: list[rrule.weekday] | None = [rrule.weekday(day - 1) for day in rule.weekdays] or None
    if rule.nth is not None:
        by_weekday = [rrule.weekday(rule.weekdays[0] - 1)(rule.nth)]
    return iter(
        rrule.rrule(
            _FREQUENCIES[rule.frequency],
            dtstart=first,
            interval=rule.interval,
            byweekday=by_weekday,
            bymonthday=rule.month_day,
            wkst=rrule.MO,
        )
    )


def missing(rule: Rule, found: list[datetime]) -> list[Missing]:
    """The months between the first and the last date in which the rule has no date."""
    if rule.frequency != "MONTHLY" or rule.month_day in (None, -1) or not found:
        return []
    assert rule.month_day is not None
    month, last = found[0].date().replace(day=1), found[-1].date()
    absent = []
    while month <= last:
        if calendar.monthrange(month.year, month.month)[1] < rule.month_day:
            absent.append(Missing(month.year, month.month))
        month += relativedelta(months=rule.interval)
    return absent


def held_at(wall: datetime, zone: str) -> datetime:
    """When the visit of that wall time begins: the same, or after the gap if the clocks skip it on that day."""
    return to_wall(to_instant(wall, zone), zone)


def shifted(rule: Rule, old: datetime, new: datetime) -> Rule:
    """The rhythm of visits at `new` where those at `old` had `rule`: other weekdays, or another place in the month."""
    by = (new.date() - old.date()).days
    if by == 0 or rule.frequency == "DAILY":
        return rule
    if rule.frequency == "WEEKLY":
        return Rule(
            rule.frequency,
            rule.interval,
            tuple(sorted({(day - 1 + by) % 7 + 1 for day in rule.weekdays})),
            count=rule.count,
            until=rule.until,
        )
    if rule.nth is not None:
        return Rule(
            rule.frequency,
            rule.interval,
            (new.isoweekday(),),
            nth=nth_of(new.date(), is_last=rule.nth == -1),
            count=rule.count,
            until=rule.until,
        )
    is_last = rule.month_day == -1 and (new + timedelta(days=1)).day == 1
    return Rule(rule.frequency, rule.interval, month_day=-1 if is_last else new.day, count=rule.count, until=rule.until)


def nth_of(day: date, *, is_last: bool = False) -> int:
    """Which weekday of its month a day is: 1 to 4, or −1 where it is the last (asked for, or a fifth)."""
    is_last_one = (day + timedelta(days=7)).month != day.month
    nth = (day.day - 1) // 7 + 1
    return -1 if is_last_one and (is_last or nth > 4) else nth


def successors(rule: Rule, walls: list[datetime], old: datetime, new: datetime) -> tuple[Rule, list[datetime]]:
    """The rule and the dates, one for each of `walls`, if the occurrence at `old` (one of them) is to be at `new`."""
    moved = shifted(rule, old, new)
    by = new.date() - old.date()
    first = datetime.combine(walls[0].date() + by, new.time())
    if moved.frequency == "MONTHLY" and by:
        months = (new.year - old.year) * 12 + new.month - old.month
        first = datetime.combine(walls[0].date().replace(day=1) + relativedelta(months=months), new.time())
    found = list(islice(endless(moved, first), len(walls)))
    if len(found) < len(walls) or found[walls.index(old)] != new:
        raise Refusal(
            f"{new:%A %Y-%m-%d} does not fit into “{_inside(rule)}” in the place of {old:%A %Y-%m-%d}; "
            "change the time of day only, or end this series and book another.",
            rule="recurrence",
            field="wall_start",
        )
    return moved.ending(len(found)), found


def _inside(rule: Rule) -> str:
    """The rhythm inside a sentence."""
    text = rhythm(rule)
    return text[0].lower() + text[1:]
