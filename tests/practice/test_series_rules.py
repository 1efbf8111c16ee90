"""The rules of series, purely: read, written, refused by name, and their dates on the wall."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from dateutil import rrule as independent
from hypothesis import given
from hypothesis import strategies as st

from practice.clock import to_instant
from practice.errors import Refusal
from practice.scheduling.series.dates import dates, held_at, missing, nth_of, successors
from practice.scheduling.series.rules import (
    daily,
    monthly_on_date,
    monthly_on_weekday,
    parse,
    sentence,
    weekly,
    written,
)

NEW_YORK = "America/New_York"
TEN = datetime(2026, 3, 2, 10)  # a Monday


def days(rule, first=TEN):
    return [f"{wall:%m-%d %H:%M}" for wall in dates(rule, first)]


def test_a_weekly_series_keeps_its_wall_time_over_the_clock_change():
    walls = dates(weekly(1, count=3), TEN)
    assert [f"{wall:%m-%d %H:%M}" for wall in walls] == ["03-02 10:00", "03-09 10:00", "03-16 10:00"]
    # New York's clocks go forward on Sunday 8 March 2026: 15:00 UTC becomes 14:00 UTC.
    assert [to_instant(wall, NEW_YORK).hour for wall in walls] == [15, 14, 14]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (daily(count=3), ["03-02", "03-03", "03-04"]),
        (daily(2, until=date(2026, 3, 7)), ["03-02", "03-04", "03-06"]),
        (weekly(1, 4, count=4), ["03-02", "03-05", "03-09", "03-12"]),
        (weekly(1, interval=2, count=3), ["03-02", "03-16", "03-30"]),
        (weekly(1, 3, interval=2, count=4), ["03-02", "03-04", "03-16", "03-18"]),
        (monthly_on_date(2, count=3), ["03-02", "04-02", "05-02"]),
        (monthly_on_weekday(1, 1, count=3), ["03-02", "04-06", "05-04"]),
    ],
)
def test_dates_by_hand(rule, expected):
    assert [text[:5] for text in days(rule)] == expected


def test_the_last_weekday_of_the_month_by_hand():
    assert days(monthly_on_weekday(-1, 1, count=3), datetime(2026, 3, 30, 9)) == [
        "03-30 09:00", "04-27 09:00", "05-25 09:00",
    ]  # fmt: skip


def test_a_month_without_the_date_has_no_visit_and_is_named():
    rule = monthly_on_date(31, count=4)
    walls = dates(rule, datetime(2026, 1, 31, 9))
    assert [f"{wall:%m-%d}" for wall in walls] == ["01-31", "03-31", "05-31", "07-31"]
    assert [month.first.month for month in missing(rule, walls)] == [2, 4, 6]
    assert [f"{wall:%m-%d}" for wall in dates(monthly_on_date(-1, count=3), datetime(2026, 1, 31, 9))] == [
        "01-31", "02-28", "03-31",
    ]  # fmt: skip


def test_a_wall_time_that_the_clocks_skip_is_held_after_the_gap():
    assert held_at(datetime(2026, 3, 8, 2, 30), NEW_YORK) == datetime(2026, 3, 8, 3, 30)
    assert held_at(datetime(2026, 3, 9, 2, 30), NEW_YORK) == datetime(2026, 3, 9, 2, 30)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1;COUNT=3", "BYSETPOS is not supported"),
        ("FREQ=YEARLY;COUNT=3", "FREQ=YEARLY is not supported"),
        ("FREQ=HOURLY;COUNT=3", "FREQ=HOURLY is not supported"),
        ("COUNT=3", r"FREQ=\(missing\) is not supported"),
        ("FREQ=WEEKLY;BYHOUR=9;COUNT=3", "BYHOUR is not supported"),
        ("FREQ=WEEKLY;BYDAY=MO", "without an end is not supported"),
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=3;UNTIL=20260401", "COUNT and UNTIL together"),
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=301", "COUNT=301 is not supported"),
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=0", "COUNT=0 is not supported"),
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=many", "COUNT=MANY is not supported"),
        ("FREQ=WEEKLY;BYDAY=XX;COUNT=3", "BYDAY=XX is not a weekday"),
        ("FREQ=WEEKLY;BYDAY=2MO;COUNT=3", "Numbered weekdays"),
        ("FREQ=MONTHLY;BYDAY=MO;COUNT=3", "BYDAY=MO is not supported with FREQ=MONTHLY"),
        ("FREQ=MONTHLY;BYDAY=5MO;COUNT=3", "BYDAY=5MO is not supported"),
        ("FREQ=MONTHLY;BYDAY=1MO,2MO;COUNT=3", "Several weekdays"),
        ("FREQ=MONTHLY;BYMONTHDAY=32;COUNT=3", "BYMONTHDAY=32 is not supported"),
        ("FREQ=MONTHLY;BYMONTHDAY=-2;COUNT=3", "BYMONTHDAY=-2 is not supported"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15;COUNT=3", "BYMONTHDAY=1,15 is not supported"),
        ("FREQ=DAILY;BYDAY=MO;COUNT=3", "not supported with FREQ=DAILY"),
        ("FREQ=WEEKLY;WKST=SU;BYDAY=MO;COUNT=3", "WKST=SU is not supported"),
        ("FREQ=WEEKLY;INTERVAL=0;BYDAY=MO;COUNT=3", "INTERVAL=0 is not supported"),
        ("FREQ=WEEKLY;INTERVAL=53;BYDAY=MO;COUNT=3", "INTERVAL=53 is not supported"),
        ("FREQ=WEEKLY;BYDAY=MO;UNTIL=soon", "UNTIL=SOON is no date"),
        ("FREQ=WEEKLY;FREQ=DAILY;COUNT=3", "once only"),
    ],
)
def test_what_is_not_supported_is_refused_by_name(text, named):
    with pytest.raises(Refusal, match=named) as refused:
        parse(text, NEW_YORK, TEN.date())
    assert refused.value.rule == "recurrence"
    assert str(refused.value).endswith(".")


def test_an_end_that_is_too_far_or_too_full_or_too_early_is_refused():
    with pytest.raises(Refusal, match="at most 2 years"):
        dates(weekly(1, until=date(2028, 3, 3)), TEN)
    with pytest.raises(Refusal, match="more than 300"):
        dates(daily(until=date(2027, 3, 2)), TEN)
    with pytest.raises(Refusal, match="before it begins"):
        dates(weekly(1, until=date(2026, 3, 1)), TEN)
    with pytest.raises(Refusal, match="Monday 2026-03-02 is not a date of “every week on Tuesday”"):
        dates(weekly(2, count=3), TEN)


def test_the_day_that_until_means_is_the_local_one():
    rule = weekly(1, until=date(2026, 3, 16))
    assert written(rule, NEW_YORK) == "FREQ=WEEKLY;BYDAY=MO;UNTIL=20260317T035959Z"
    assert parse(written(rule, NEW_YORK), NEW_YORK) == rule
    assert parse("FREQ=WEEKLY;BYDAY=MO;UNTIL=20260316", NEW_YORK) == rule


def test_rules_read_as_sentences():
    assert sentence(weekly(1, 4, interval=2, count=12)) == "Every 2 weeks on Monday and Thursday, 12 times"
    assert sentence(monthly_on_weekday(-1, 5, until=date(2026, 12, 24))) == (
        "Every month on the last Friday, until 24 December 2026"
    )
    assert sentence(monthly_on_date(-1, count=1)) == "Every month on the last day, once"


firsts = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(
    lambda at: at.replace(minute=0, second=0, microsecond=0)
)


@st.composite
def rules(draw):
    first = draw(firsts)
    interval, count = draw(st.integers(1, 4)), draw(st.integers(1, 30))
    kind = draw(st.sampled_from(["daily", "weekly", "date", "weekday"]))
    if kind == "daily":
        return daily(interval, count=count), first
    if kind == "weekly":
        others = draw(st.sets(st.integers(1, 7), max_size=3))
        return weekly(first.isoweekday(), *others, interval=interval, count=count), first
    if kind == "date":
        return monthly_on_date(first.day, interval, count=count), first
    return monthly_on_weekday(nth_of(first.date()), first.isoweekday(), interval, count=count), first


@given(rules())
def test_what_is_written_is_read_back_and_expands_as_another_reader_says(drawn):
    rule, first = drawn
    text = written(rule, NEW_YORK)
    assert parse(text, NEW_YORK) == rule
    walls = dates(rule, first)
    assert walls == list(independent.rrulestr(text, dtstart=first))
    assert len(walls) == rule.count
    assert {wall.time() for wall in walls} == {first.time()}


@given(rules(), st.integers(0, 29), st.integers(-3, 3), st.integers(8, 17))
def test_a_moved_series_has_as_many_dates_at_the_new_time_and_one_is_where_it_was_asked_for(drawn, number, by, hour):
    rule, first = drawn
    walls = dates(rule, first)
    old = walls[number % len(walls)]
    new = (old + timedelta(days=by)).replace(hour=hour)
    try:
        moved, found = successors(rule, walls, old, new)
    except Refusal as refusal:
        assert (refusal.rule, by == 0) == ("recurrence", False)  # noqa: PT017
        return
    assert len(found) == len(walls)
    assert found[walls.index(old)] == new
    assert {wall.hour for wall in found} == {hour}
    assert dates(moved, found[0]) == found
    if by == 0:
        assert [wall.date() for wall in found] == [wall.date() for wall in walls]
