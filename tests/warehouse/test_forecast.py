"""The capacity forecast and its scorecard, worked by hand: the project's own SQL over small histories of provider days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.warehouse.provider_weeks import THIS_WEEK, Practice, compiled, week_ahead, weeks_ago

pytestmark = pytest.mark.warehouse


@pytest.fixture
def practice(built, landing):
    return Practice(compiled(landing.path.parent / "target"))


@pytest.fixture
def provider_weeks(practice):
    """`provider_weeks("forecast_minutes", …)` → horizon → those columns of the only provider."""

    def ask(*columns, provider="p"):
        rows = practice.forecast()(
            f"select horizon_weeks, {', '.join(columns)} from capacity_forecast where provider_id = ? order by 1",
            provider,
        )
        return {horizon: found[0] if len(found) == 1 else tuple(found) for horizon, *found in rows}

    return ask


def test_last_years_week_counts_per_working_day(practice, provider_weeks):
    """Last year 1,500 in five days three weeks from now; this year a holiday leaves four: 1,200. Else 2,000 in five days."""
    practice.steady(weeks_ago(80), weeks_ago(1))
    practice.days = [
        day for day in practice.days if not week_ahead(3) - timedelta(364) <= day[2] < week_ahead(4) - timedelta(364)
    ]
    practice.week(week_ahead(3) - timedelta(364), 1500)
    practice.ahead()
    practice.days = [day for day in practice.days if day[2] != week_ahead(3) + timedelta(4)]

    found = provider_weeks("forecast_minutes", "working_days", "method", "is_provisional")

    assert found[3] == (1200, 4, "seasonal_naive", False)
    assert found[4] == (2000, 5, "seasonal_naive", False)


def test_a_holiday_of_last_year_does_not_make_this_years_whole_week_small(practice, provider_weeks):
    """1,600 in the four days of last year's holiday week are 2,000 in five."""
    practice.steady(weeks_ago(80), weeks_ago(1))
    practice.days = [day for day in practice.days if day[2] != week_ahead(2) - timedelta(364)]
    practice.ahead()

    assert provider_weeks("forecast_minutes")[2] == 2000


def test_with_ten_weeks_of_history_the_last_eight_whole_weeks_speak_and_it_is_provisional(practice, provider_weeks):
    """Two weeks of 500 are too long ago; eight of 1,000 count; this week's 9,000 are not whole yet."""
    practice.steady(weeks_ago(10), weeks_ago(9), minutes=500)
    practice.steady(weeks_ago(8), weeks_ago(1), minutes=1000)
    practice.ahead()
    practice.week(THIS_WEEK, 9000)

    found = provider_weeks("forecast_minutes", "method", "is_provisional", "history_weeks", "trained_through")

    assert set(found.values()) == {(1000, "recent_mean", True, 10, date(2026, 6, 28))}


def test_a_week_that_was_closed_last_year_is_told_from_the_last_eight_weeks(practice, provider_weeks):
    """Nothing can be learnt from a closed week; the history is long enough all the same."""
    practice.steady(weeks_ago(80), weeks_ago(20), minutes=1000)
    practice.steady(weeks_ago(19), weeks_ago(1), minutes=3000)
    closed = week_ahead(1) - timedelta(364)
    practice.days = [day for day in practice.days if not closed <= day[2] < closed + timedelta(7)]
    practice.ahead()

    found = provider_weeks("forecast_minutes", "method", "is_provisional")

    assert found[1] == (3000, "recent_mean", False)
    assert found[2] == (1000, "seasonal_naive", False)


def test_a_week_without_a_working_day_is_forecast_as_nothing_without_doubt(practice, provider_weeks):
    practice.steady(weeks_ago(30), weeks_ago(1))
    practice.ahead()
    practice.days = [day for day in practice.days if not week_ahead(5) <= day[2] < week_ahead(6)]

    found = provider_weeks("forecast_minutes", "low_80_minutes", "high_80_minutes", "bookable_minutes")

    assert found[5] == (0, 0, 0, 0)
    assert found[6][0] == 2000


def test_what_is_booked_ahead_is_shown_and_never_learnt_from(practice, provider_weeks):
    """The same history with other bookings ahead gives the same forecast; the gap is to what can be booked."""
    practice.steady(weeks_ago(70), weeks_ago(1), minutes=3000)
    practice.ahead()
    before = provider_weeks("forecast_minutes", "low_80_minutes", "high_80_minutes")
    practice.week(week_ahead(2), 7000)

    assert provider_weeks("forecast_minutes", "low_80_minutes", "high_80_minutes") == before
    assert provider_weeks("already_booked_minutes", "gap_minutes")[1] == (0, 3000 - 5 * 480)
    assert provider_weeks("already_booked_minutes")[2] == 7000


def test_care_outside_hours_is_demand_too(practice, provider_weeks):
    """2,000 inside and 500 outside the hours."""
    practice.steady(weeks_ago(10), weeks_ago(1), outside=500)
    practice.ahead()

    assert provider_weeks("forecast_minutes")[1] == 2500


def test_an_interval_never_falls_below_0_and_holds_the_forecast(practice, provider_weeks):
    """Weeks of nothing and weeks of 100 by turns: errors larger than the forecast itself."""
    for number in range(1, 40):
        practice.week(weeks_ago(number), 100 * (number % 3 == 0))
    practice.ahead()

    found = provider_weeks("low_80_minutes", "forecast_minutes", "high_80_minutes")

    assert all(0 == low <= middle < high for low, middle, high in found.values())


def test_fewer_than_nine_known_errors_vouch_for_no_interval(practice, provider_weeks):
    """Four weeks: errors of weeks 2 and 3 from 1 and 2 ahead, three in all, and for later horizons none."""
    practice.steady(weeks_ago(4), weeks_ago(1))
    practice.ahead()

    assert set(provider_weeks("low_80_minutes", "high_80_minutes").values()) == {(None, None)}
    assert provider_weeks("errors_known")[1] == 3
    assert provider_weeks("errors_known")[9] == 0


def test_a_level_is_forecast_whole_and_counts_provider_days(practice):
    """Two providers of 1,000 in five days at one location; one of them is away in week 4: half the provider days."""
    for provider in ("p", "q"):
        practice.steady(weeks_ago(20), weeks_ago(1), minutes=1000, provider=provider)
        practice.ahead(provider=provider)
    practice.days = [d for d in practice.days if d[0] == "p" or not week_ahead(4) <= d[2] < week_ahead(5)]

    rows = practice.forecast()(
        "select level, provider_key, location_key, working_days, forecast_minutes from capacity_forecast where horizon_weeks = 4"
    )

    assert sorted(rows, key=str) == [
        ("location", None, "record:l", 5, 1000), ("practice", None, None, 5, 1000),
        ("provider", "record:p", None, 5, 1000), ("provider", "record:q", None, 0, 0),
    ]  # fmt: skip


def test_who_has_no_hours_ahead_is_not_forecast_any_more(practice, provider_weeks):
    practice.steady(weeks_ago(30), weeks_ago(5), provider="gone")
    practice.ahead()

    assert provider_weeks("forecast_minutes", provider="gone") == {}


def test_the_built_forecast_names_a_monday_a_method_and_both_intervals(warehouse):
    assert warehouse(
        """select count(*) from marts.capacity_forecast where isodow(week_start_date) <> 1
            or horizon_weeks not between 1 and 12 or week_start_date <> origin_date + 7 * horizon_weeks
            or (low_80_minutes is null) <> (high_80_minutes is null)
            or baseline_low_80_minutes > baseline_minutes or baseline_high_80_minutes < baseline_minutes"""
    ) == [(0,)]
