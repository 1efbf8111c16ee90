"""Whether the record still arrives, and as much as usual: days off are not lateness, a quiet table is not an alarm."""

from datetime import date, datetime, timedelta

import pytest

from expectations.runner import check_landing
from expectations.suites.arrival import hours_late, oddities, working_days
from ingestion.feed_sources import InProcess
from ingestion.record_feed import land_record
from practice.home import Home

MONDAY = date(2026, 3, 2)
NEW_YORK = "America/New_York"


def weekdays(rows=20, until=MONDAY, weeks=6, saturday=0):
    """Rows for each weekday of the weeks before."""
    days = [until - timedelta(back) for back in range(1, 7 * weeks + 1)]
    return {day: rows if day.weekday() < 5 else saturday for day in days if day.weekday() < 5 or saturday}


def test_the_working_days_are_the_weekdays_that_usually_bring_something():
    days = working_days({"attendees": weekdays(saturday=2)}, MONDAY)
    assert {day.weekday() for day in days} == {0, 1, 2, 3, 4}
    assert days[-1] == date(2026, 2, 27)


def test_a_holiday_is_no_working_day():
    by_day = weekdays()
    del by_day[date(2026, 2, 16)]
    assert date(2026, 2, 16) not in working_days({"attendees": by_day}, MONDAY)


@pytest.mark.parametrize(
    ("newest", "now", "hours"),
    [
        (datetime(2026, 2, 27, 23), datetime(2026, 3, 2, 14), 63 - 48),  # Friday evening to Monday morning
        (datetime(2026, 2, 27, 23), datetime(2026, 3, 3, 7), 80 - 48),  # Monday brought nothing
        (datetime(2026, 3, 2, 13), datetime(2026, 3, 2, 14), 1),
        (datetime(2026, 3, 2, 15), datetime(2026, 3, 2, 14), 0),
        (None, datetime(2026, 3, 2, 14), 0),
    ],
)
def test_lateness_is_counted_without_days_off(newest, now, hours):
    assert hours_late(newest, now, NEW_YORK, weekdays()) == hours


def steady(**changes):
    """A table that brought 20 rows on each working day, and the working days."""
    by_day = weekdays() | {date.fromisoformat(day): rows for day, rows in changes.items()}
    return {"charges": by_day}, sorted(weekdays())


def test_a_steady_table_that_brings_nothing_is_odd():
    counts, days = steady(**{"2026-02-27": 0})
    assert oddities(counts, ["charges"], days, MONDAY) == [("charges", "2026-02-27", 0, 20)]


@pytest.mark.parametrize(("day", "rows"), [("2026-02-27", 200), ("2026-03-02", 900)])
def test_ten_times_as_much_is_odd_also_today(day, rows):
    counts, days = steady(**{day: rows})
    assert oddities(counts, ["charges"], days, MONDAY) == [("charges", day, rows, 20)]


def test_twice_as_much_and_a_young_day_are_not_odd():
    counts, days = steady(**{"2026-02-27": 40, "2026-03-02": 0})
    assert oddities(counts, ["charges"], days, MONDAY) == []


def test_a_table_with_gaps_or_without_history_is_not_judged():
    counts, days = steady(**{"2026-02-20": 0, "2026-02-27": 0})
    assert oddities(counts, ["charges", "refunds"], days, MONDAY) == []
    assert oddities(counts, ["charges"], days[-5:], MONDAY) == []


@pytest.fixture
def landed(tmp_path, record, house):
    home = Home(tmp_path / "home")
    home.create()
    land_record(InProcess(record), home)
    return home


def test_a_record_that_falls_silent_warns_with_its_hours(landed):
    results = {result.check: result for result in check_landing(landed, now=datetime(2026, 3, 6, 14)).results}
    late = results["the_record_keeps_arriving"]
    assert (late.success, late.severity, late.observed) == (False, "warning", f"{late.value:.1f} hours")
    assert late.value > 90
    assert late.concerns == ("*",)


def test_a_landing_that_can_not_be_read_is_refused_not_a_crash(landed):
    next((landed.landing / "record" / "charges").glob("*.parquet")).write_bytes(b"not parquet")
    next((landed.landing / "record" / "clients").glob("0*.parquet")).write_bytes(b"not parquet")
    verdict = check_landing(landed)
    assert any("what_landed_is_still_there" in refusal for refusal in verdict.refusals)
