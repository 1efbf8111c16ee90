"""Which minutes can be booked: weekly hours, exceptions and time off, each day for a rule that it would break."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest

from tests.warehouse.diary import Diary, minutes_of

pytestmark = pytest.mark.warehouse

ALWAYS = date(2023, 12, 1)
MON, TUE, WED, THU, FRI = (date(2024, 1, 8) + timedelta(days=n) for n in range(5))
SAT, SUN, NEXT_MON = (date(2024, 1, 13) + timedelta(days=n) for n in range(3))


def land(landing):
    half, closed = Diary(landing, "half"), Diary(landing, "closed")
    half.hours(MON, ("09:00", "17:00"))
    half.exception(MON, "12:00", "18:00")
    closed.hours(TUE, ("09:00", "17:00"))
    closed.exception(TUE)
    whole = Diary(landing, "whole", location="lw")
    for day in (MON, TUE, WED):
        whole.hours(day, ("09:00", "17:00"))
    whole.exception(MON, "12:00", "18:00", provider_id=None)
    whole.exception(TUE, provider_id=None)
    whole.exception(TUE, "10:00", "11:00", is_open=True)
    whole.exception(WED, "09:00", "10:00", is_withdrawn=True)
    whole.exception(SAT, "09:00", "12:00", is_open=True)
    whole.exception(THU, "09:00", "17:00")
    away = Diary(landing, "away")
    for day in (FRI, MON):
        away.hours(day, ("09:00", "17:00"), until=NEXT_MON)
    away.off(FRI, NEXT_MON)
    double = Diary(landing, "double")
    double.hours(MON, ("09:00", "13:00"), ("12:00", "15:00"))
    double.exception(MON, "10:00", "11:00", is_open=True)
    change = Diary(landing, "change")
    change.hours(MON, ("09:00", "17:00"), until=SUN)
    change.hours(NEXT_MON, ("10:00", "14:00"), until=NEXT_MON)
    left = Diary(landing, "left", started_date=ALWAYS, ended_date=SUN)
    left.hours(MON, ("09:00", "17:00"), until=NEXT_MON)
    struck = Diary(landing, "struck", is_active=False)
    struck.hours(date(2026, 6, 23), ("09:00", "10:00"), until=date(2026, 7, 14))


@pytest.fixture(scope="module")
def day(warehouse):
    return partial(minutes_of, warehouse)


def test_a_closure_of_half_a_day_takes_only_hours_that_there_were(day):
    assert day("half", MON) == {"scheduled": 480, "bookable": 180, "closed": 300}
    assert day("whole", MON, "lw") == {"scheduled": 480, "bookable": 180, "closed": 300}


def test_a_day_that_is_closed_altogether_is_a_row_with_nothing_bookable_and_no_rate(warehouse, day):
    assert day("closed", TUE) == {"scheduled": 480, "closed": 480}
    assert warehouse(
        "select * from marts.metric_daily where metric = 'schedule_fill_rate' and provider_id = 'closed' and metric_date = ?",
        TUE,
    ) == []  # fmt: skip


def test_the_providers_own_extra_hour_stands_though_the_house_is_closed(day):
    assert day("whole", TUE, "lw") == {"scheduled": 480, "bookable": 60, "closed": 420}


def test_an_exception_that_was_withdrawn_changes_nothing(day):
    assert day("whole", WED, "lw") == {"scheduled": 480, "bookable": 480}


def test_extra_hours_on_a_saturday_make_a_day(day):
    assert day("whole", SAT, "lw") == {"scheduled": 180, "bookable": 180}


def test_closing_a_day_on_which_nobody_works_makes_no_row(day):
    assert day("whole", THU, "lw") is None


def test_time_off_over_a_weekend_takes_the_working_days_alone(day):
    assert day("away", FRI) == day("away", NEXT_MON) == {"scheduled": 480, "closed": 480}
    assert day("away", SAT) is None
    assert day("away", MON) == {"scheduled": 480, "bookable": 480}


def test_hours_that_overlap_and_extra_hours_inside_them_count_once(day):
    assert day("double", MON) == {"scheduled": 360, "bookable": 360}


def test_hours_that_change_from_a_day_on_leave_the_days_before_alone(day):
    assert day("change", MON)["bookable"] == 480
    assert day("change", NEXT_MON)["bookable"] == 240


def test_who_has_left_cannot_be_booked_after_the_last_day(day):
    assert day("left", MON)["bookable"] == 480
    assert day("left", NEXT_MON) is None


def test_who_was_struck_off_without_a_last_day_cannot_be_booked_after_today(warehouse):
    assert warehouse("select max(available_date) from marts.fct_availability where provider_id = 'struck'") == [
        (date(2026, 6, 30),)
    ]


def test_hours_are_laid_out_26_weeks_ahead_and_no_further(warehouse):
    assert warehouse("select max(available_date) <= date '2026-06-30' + 182 from marts.fct_availability") == [(True,)]
