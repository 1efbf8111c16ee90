"""What counts as bookable, booked and kept: worked days, each for a rule that would give another number if it broke."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

import pytest

from tests.warehouse.diary import Diary, clock, minutes_of

pytestmark = pytest.mark.warehouse

MON, TUE, WED, THU, FRI, SAT, SUN = (date(2024, 1, 8) + timedelta(days=n) for n in range(7))


def land(landing):
    landing.record(
        "services",
        {"service_id": "su", "name": "Plain", "buffer_before_minutes": 0, "buffer_after_minutes": 0},
        {"service_id": "sb", "name": "With a pause after", "buffer_before_minutes": 0, "buffer_after_minutes": 10},
        {"service_id": "sw", "name": "With both", "buffer_before_minutes": 15, "buffer_after_minutes": 15},
    )
    _the_worked_days(landing)
    _people_and_places(landing)
    _what_holds_time(landing)
    _slots_of_an_import(landing)


def _the_worked_days(landing):
    diary = Diary(landing, "golden")
    diary.hours(MON, ("09:00", "12:00"), ("13:00", "17:00"))
    diary.visit(MON, "09:00", "10:00", "completed")
    diary.visit(MON, "10:00", "11:00", "no_show")
    diary.visit(MON, "10:30", "11:30", "completed", service="sb")
    diary.visit(MON, "14:00", "15:00", "completed", "completed", "no_show")
    diary.visit(MON, "15:00", "16:00", "cancelled", cancelled_by="client", is_late=True)
    diary.visit(MON, "15:00", "15:30", "completed")
    diary.visit(MON, "17:00", "17:45", "completed")
    diary.hours(TUE, ("09:00", "13:00"))
    diary.visit(TUE, "09:00", "13:00", "completed")
    diary.visit(WED, "09:00", "10:00", "completed")


def _people_and_places(landing):
    two = Diary(landing, "two")
    two.hours(MON, ("09:00", "12:00"))
    two.hours(MON, ("13:00", "17:00"), location_id="lx")
    two.visit(MON, "11:30", "12:30", "completed")
    two.visit(MON, "12:30", "13:30", "completed", location_id="lx")
    open_day = Diary(landing, "open-day", location="lx")
    open_day.hours(MON, ("09:00", "10:00"), until=SUN)
    Diary(landing, "elsewhere", location="lu").hours(MON, ("09:00", "10:00"), until=SUN)
    Diary(landing, "over", location="lx").hours(MON, ("09:00", "10:00"))
    open_day.exception(SAT, "10:00", "14:00", is_open=True, provider_id=None)
    night = Diary(landing, "night")
    night.hours(MON, ("22:00", "23:55"))
    night.hours(TUE, ("00:00", "00:20"))
    night.visit(MON, "23:30", "00:30", "completed", overnight=True)


def _what_holds_time(landing):
    diary = Diary(landing, "holds")
    diary.hours(MON, ("09:00", "17:00"))
    for hour, status in enumerate(("left_unseen", "scheduled", "cancelled", "rescheduled", "entered_in_error"), 9):
        diary.visit(MON, f"{hour:02}:00", f"{hour + 1:02}:00", status)
    diary.visit(MON, "14:00", "15:00", "cancelled", cancelled_by="provider", is_late=True)
    diary.visit(MON, "15:00", "16:00", "cancelled", "completed", billing_unit="appointment")
    twice = Diary(landing, "twice")
    twice.hours(MON, ("09:00", "11:00"))
    twice.visit(MON, "09:00", "10:00", "completed")
    twice.visit(MON, "09:00", "10:00", "no_show")
    twice.visit(MON, "09:30", "10:30", "completed")
    pause = Diary(landing, "pause")
    pause.hours(MON, ("09:00", "12:00"))
    pause.visit(MON, "09:00", "10:00", "completed", service="sw")
    pause.visit(MON, "10:05", "11:00", "completed", service="sw")
    pause.visit(MON, "11:30", "12:00", "cancelled", service="sw")


def _slots_of_an_import(landing):
    for number, taken in enumerate((True, True, True, False)):
        landing.imported("slots", {
            "source": "old", "slot_id": f"{number:05}", "start_date": MON, "duration_minutes": 15, "is_taken": taken,
            "wall_start": datetime.combine(MON, clock("08:00")) + timedelta(minutes=15 * number),
        })  # fmt: skip


@pytest.fixture(scope="module")
def day(warehouse):
    return partial(minutes_of, warehouse)


def rate(warehouse, metric, first, last, provider="golden"):
    """The metric over those days in per cent, as printed; None without a denominator."""
    (row,) = warehouse(
        """select sum(numerator), sum(denominator) from marts.metric_daily
        where metric = ? and provider_id = ? and metric_date between ? and ?""",
        metric, provider, first, last,
    )  # fmt: skip
    return round(100 * row[0] / row[1], 2) if row[1] else None


def test_the_worked_day_gives_every_share_as_printed(warehouse, day):
    assert day("golden", MON)["bookable"] == 420
    assert rate(warehouse, "schedule_fill_rate", MON, MON) == 57.14
    assert rate(warehouse, "schedule_fill_rate_doubled", MON, MON) == 64.29
    assert rate(warehouse, "kept_utilization", MON, MON) == 50.00
    assert rate(warehouse, "kept_utilization_with_outside", MON, MON) == 60.71
    assert rate(warehouse, "buffer_share", MON, MON) == 2.38


def test_a_period_divides_sums_and_is_no_mean_of_days(warehouse):
    assert rate(warehouse, "schedule_fill_rate", MON, TUE) == 72.73


def test_a_day_without_hours_is_null_and_not_0(warehouse, day):
    assert day("golden", WED) == {
        "scheduled": None, "bookable": None, "closed": None, "booked_outside": 60, "kept_outside": 60,
    }  # fmt: skip
    assert rate(warehouse, "schedule_fill_rate", WED, WED) is None
    assert rate(warehouse, "schedule_fill_rate", THU, THU) is None


def test_minutes_count_where_the_visit_was_and_not_where_the_hours_were(day):
    here, there = day("two", MON), day("two", MON, "lx")
    assert (here["booked"], here["booked_outside"], here["bookable"]) == (30, 30, 180)
    assert (there["booked"], there["booked_outside"], there["bookable"]) == (30, 30, 240)


def test_a_house_that_opens_for_once_opens_for_those_who_work_there_then(day):
    assert day("open-day", SAT, "lx") == {"scheduled": 240, "bookable": 240}
    assert day("over", SAT, "lx") is None
    assert day("elsewhere", SAT, "lx") is None


def test_a_visit_over_midnight_is_cut_there(day):
    first, second = day("night", MON), day("night", TUE)
    assert (first["kept"], first["kept_outside"]) == (25, 5)
    assert (second["kept"], second["kept_outside"]) == (20, 10)


def test_who_left_unseen_or_has_no_outcome_yet_held_the_time_and_who_cancelled_or_moved_did_not(day):
    # 9–10 left unseen, 10–11 unresolved, 15–16 a couple of whom one came.
    assert day("holds", MON)["booked"] == 180
    assert day("holds", MON)["kept"] == 60


def test_two_visits_at_once_fill_the_hour_once_or_twice_and_keep_it_once(day):
    assert day("twice", MON) == {
        "scheduled": 120, "bookable": 120, "booked": 90, "booked_doubled": 180, "kept": 90,
    }  # fmt: skip


def test_a_pause_counts_inside_hours_where_no_visit_is(day):
    # Before 9 is outside; 10:00–10:05 lies between two visits; 11:00–11:15 follows the last; the cancelled visit has none.
    assert day("pause", MON)["buffer"] == 20


def test_an_imports_slots_are_its_own_and_what_it_cannot_know_is_null(warehouse):
    assert warehouse(
        """select source, provider_key, location_key, bookable_minutes, booked_minutes, kept_minutes, slots, slots_taken
        from marts.fct_availability where source <> 'record'"""
    ) == [("old", None, None, 60, 45, None, 4, 3)]
    assert dict(
        warehouse("select metric, numerator / denominator from marts.metric_daily where source = 'old' and metric_date = ? and denominator is not null", MON)
    ) == {"slot_fill_rate": 0.75, "schedule_fill_rate": 0.75, "schedule_fill_rate_doubled": 0.75, "no_show_rate_slots": 0}  # fmt: skip


def test_only_sources_that_list_slots_have_a_share_of_slots_taken(warehouse):
    assert warehouse("select distinct source from marts.metric_daily where metric = 'slot_fill_rate'") == [("old",)]
