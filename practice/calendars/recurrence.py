"""Which wall times a rule gives. Pure; own code because a file of a stranger must never keep the practice waiting.

`dateutil` walks from the first instance to the last, however many seconds lie between, and cannot be told to stop. Here
a rule without a count leaps to the window that is asked for, and every candidate that is looked at is paid for.
"""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import product

from practice.calendars.rules import Rule
from practice.clock import LAST_YEAR
from practice.errors import Refusal

MOST_STEPS = 200_000
NEVER = datetime.combine(date.max, time())
_UNITS = {"HOURLY": timedelta(hours=1), "MINUTELY": timedelta(minutes=1), "SECONDLY": timedelta(seconds=1)}
_DAY = timedelta(days=1)


@dataclass
class Budget:
    """How many candidates may still be looked at, for one rule or for all of a file."""

    steps: int = MOST_STEPS

    purse: Budget | None = None
    """What this one is a part of: spent from here, it is spent there."""

    def pay(self, steps: int = 1) -> None:
        """Raises Refusal (rule 'too_many') when nothing is left."""
        if self.purse is not None:
            self.purse.pay(steps)
        self.steps -= steps
        if self.steps < 0:
            raise Refusal(
                "This repeats too often or too long to be worked out; use a coarser rule with an end.", rule="too_many"
            )


def instances(
    rule: Rule,
    start: datetime,
    *,
    zone: str = "UTC",
    after: datetime | None = None,
    before: datetime | None = None,
    budget: Budget | None = None,
) -> Iterator[datetime]:
    """The rule's wall times from `start` (the event's first wall time) on, in order.

    `zone` is what an UNTIL in UTC is read in. Only those in [after, before) are given, where they are named. Whether
    `start` itself is one, though the rule does not name it, is the caller's business.
    """
    purse = budget or Budget()
    last = rule.last_wall(zone)
    left = rule.count
    ends = min(last or NEVER, before or NEVER)
    for period in _periods(rule, start, after if rule.count is None else None, ends, purse):
        for wall in _chosen(rule, start, period, purse):
            if wall < start:
                continue
            if (last is not None and wall > last) or (before is not None and wall >= before):
                return
            if after is None or wall >= after:
                yield wall
            if left is not None:
                left -= 1
                if left == 0:
                    return


Period = tuple[datetime, Iterable[date], Iterable[time]]
"""A stretch of the rule's frequency: its first moment, the days it may touch, the times of day that it may take."""


def _periods(rule: Rule, start: datetime, after: datetime | None, ends: datetime, purse: Budget) -> Iterator[Period]:
    """Every `interval`th stretch of the frequency up to `ends`, from the one that holds `start`, or one before `after`,
    on. Each is paid for: one that gives nothing costs too."""
    if rule.frequency in _UNITS:
        yield from _short_periods(rule, start, after, ends, purse)
        return
    times = _times(rule, start, purse)
    number = _leap(rule, start, after)
    while True:
        purse.pay()
        moment, days = _long_period(rule, start, number * rule.interval)
        if moment > ends or moment.year > LAST_YEAR:
            return
        yield moment, days, times
        number += 1


def _leap(rule: Rule, start: datetime, after: datetime | None) -> int:
    """The number of the last period that certainly lies before `after`."""
    if after is None or after <= start:
        return 0
    days = (after - start).days
    between = {"YEARLY": after.year - start.year, "MONTHLY": days // 31, "WEEKLY": days // 7, "DAILY": days}
    return max(0, between[rule.frequency] // rule.interval - 1)


def _long_period(rule: Rule, start: datetime, offset: int) -> tuple[datetime, list[date]]:
    """The year, month, week or day that lies `offset` of them after the first one's, and its days."""
    try:
        if rule.frequency == "YEARLY":
            year = start.year + offset
            months = [month for month in range(1, 13) if not rule.months or month in rule.months]
            days = [date(year, month, day) for month in months for day in range(1, monthrange(year, month)[1] + 1)]
            return datetime.combine(date(year, 1, 1), time()), days
        if rule.frequency == "MONTHLY":
            year, month = divmod(start.year * 12 + start.month - 1 + offset, 12)
            days = [date(year, month + 1, day + 1) for day in range(monthrange(year, month + 1)[1])]
            return datetime.combine(days[0], time()), days
        if rule.frequency == "WEEKLY":
            first = start.date() - timedelta(days=(start.weekday() - rule.week_start) % 7) + timedelta(weeks=offset)
            return datetime.combine(first, time()), [first + timedelta(days=number) for number in range(7)]
        first = start.date() + timedelta(days=offset)
    except (OverflowError, ValueError):
        return NEVER, []
    return datetime.combine(first, time()), [first]


def _short_periods(
    rule: Rule, start: datetime, after: datetime | None, ends: datetime, purse: Budget
) -> Iterator[Period]:
    """Hours, minutes or seconds. A day that the rule leaves out is passed over as a whole."""
    unit = _UNITS[rule.frequency]
    step = unit * rule.interval
    moment = start
    if unit >= _UNITS["HOURLY"]:
        moment = moment.replace(minute=0)
    if unit >= _UNITS["MINUTELY"]:
        moment = moment.replace(second=0)
    if after is not None and after > moment:
        moment += step * max(0, (after - moment) // step - 1)
    while moment <= ends and moment.year <= LAST_YEAR:
        purse.pay()
        if not _fits(rule, moment.date()):
            tomorrow = datetime.combine(moment.date() + _DAY, time())
            moment += step * max(1, -(-(tomorrow - moment) // step))
            continue
        if _fits_time(rule, moment, unit):
            hours = [moment.hour]
            minutes = [moment.minute] if unit < _UNITS["HOURLY"] else rule.minutes or [start.minute]
            seconds = [moment.second] if unit < _UNITS["MINUTELY"] else rule.seconds or [start.second]
            purse.pay(len(minutes) * len(seconds))
            yield moment, [moment.date()], [time(*parts) for parts in product(hours, minutes, seconds)]
        moment += step


def _fits_time(rule: Rule, moment: datetime, unit: timedelta) -> bool:
    """Whether the parts that only limit so short a frequency let the moment through."""
    return (
        (not rule.hours or moment.hour in rule.hours)
        and (unit >= _UNITS["HOURLY"] or not rule.minutes or moment.minute in rule.minutes)
        and (unit >= _UNITS["MINUTELY"] or not rule.seconds or moment.second in rule.seconds)
    )


def _times(rule: Rule, start: datetime, purse: Budget) -> list[time]:
    """The times of day that a rule of days or longer takes."""
    hours, minutes = rule.hours or (start.hour,), rule.minutes or (start.minute,)
    seconds = sorted(set(rule.seconds)) or (start.second,)
    purse.pay(len(hours) * len(minutes) * len(seconds))
    return [time(*parts) for parts in product(hours, minutes, seconds)]


def _chosen(rule: Rule, start: datetime, period: Period, purse: Budget) -> Iterator[datetime]:
    """The wall times of one period, in order; of the positions only, where the rule names some."""
    _, days, times = period
    completed = _completed(rule, start)
    moments = list(times)
    fitting = []
    for day in days:
        purse.pay()
        if _fits(completed, day):
            fitting.append(day)
    if not rule.positions:
        for day in fitting:
            purse.pay(len(moments))
            yield from (datetime.combine(day, at) for at in moments)
        return
    purse.pay(len(fitting) * len(moments))
    walls = [datetime.combine(day, at) for day in fitting for at in moments]
    places = {place - 1 if place > 0 else len(walls) + place for place in rule.positions}
    yield from (walls[place] for place in sorted(places) if 0 <= place < len(walls))


def _completed(rule: Rule, start: datetime) -> Rule:
    """The rule with what it leaves to the first instance: the day of the week, of the month or of the year."""
    if rule.week_numbers or rule.year_days or rule.month_days or rule.weekdays:
        if rule.week_numbers and not (rule.year_days or rule.month_days or rule.weekdays):
            return replace(rule, weekdays=((0, start.weekday()),))
        return rule
    if rule.frequency == "WEEKLY":
        return replace(rule, weekdays=((0, start.weekday()),))
    if rule.frequency == "MONTHLY":
        return replace(rule, month_days=(start.day,))
    if rule.frequency == "YEARLY":
        return replace(rule, months=rule.months or (start.month,), month_days=(start.day,))
    return rule


def _fits(rule: Rule, day: date) -> bool:
    """Whether every part that speaks of days lets this one through."""
    if rule.months and day.month not in rule.months:
        return False
    if rule.month_days:
        length = monthrange(day.year, day.month)[1]
        if day.day not in rule.month_days and day.day - length - 1 not in rule.month_days:
            return False
    if rule.year_days:
        number, length = day.timetuple().tm_yday, 366 if isleap(day.year) else 365
        if number not in rule.year_days and number - length - 1 not in rule.year_days:
            return False
    if rule.week_numbers and not _in_weeks(day, rule.week_numbers, rule.week_start):
        return False
    return not rule.weekdays or any(_is_weekday(rule, day, number, weekday) for number, weekday in rule.weekdays)


def _is_weekday(rule: Rule, day: date, number: int, weekday: int) -> bool:
    """Whether the day is that weekday; with a number: the nth (from the end, if negative) of its month or year."""
    if day.weekday() != weekday:
        return False
    if number == 0:
        return True
    if rule.frequency == "MONTHLY" or rule.months:
        place, length = day.day, monthrange(day.year, day.month)[1]
    else:
        place, length = day.timetuple().tm_yday, 366 if isleap(day.year) else 365
    return number == ((place - 1) // 7 + 1 if number > 0 else -((length - place) // 7 + 1))


def _in_weeks(day: date, numbers: tuple[int, ...], week_start: int) -> bool:
    """Whether the day lies in one of these weeks: week 1 is the first with four days in the year."""
    first = day - timedelta(days=(day.weekday() - week_start) % 7)
    year = (first + timedelta(days=3)).year
    number = (first - _first_week(year, week_start)).days // 7 + 1
    count = (_first_week(year + 1, week_start) - _first_week(year, week_start)).days // 7
    return number in numbers or number - count - 1 in numbers


def _first_week(year: int, week_start: int) -> date:
    fourth = date(year, 1, 4)
    return fourth - timedelta(days=(fourth.weekday() - week_start) % 7)
