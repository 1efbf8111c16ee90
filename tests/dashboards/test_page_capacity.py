"""Capacity: hours past and coming, the forecast with its record in a sentence, and weeks that are short."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from dashboards.components.numbers.capacity import record_in_words
from tests.dashboards.clicking import click_cell, shown
from tests.dashboards.conftest import texts
from tests.dashboards.published import TODAY, publish, usual_rows

WEEK = {"source": "record", "level": "practice", "method": "seasonal_naive", "is_provisional": False,
        "forecast_minutes": 600, "low_80_minutes": 480, "high_80_minutes": 720, "bookable_minutes": 540,
        "already_booked_minutes": 120, "gap_minutes": 60}  # fmt: skip
CARD = {"source": "record", "level": "practice", "method": "seasonal_naive", "horizon_band": "1-4", "n": 208, "wape": 0.09,
        "coverage_80": 0.81, "coverage_n": 208, "first_origin_date": TODAY - timedelta(51 * 7), "last_origin_date": TODAY}  # fmt: skip


@pytest.fixture
def built(running):
    """A published warehouse behind the pages, with a forecast of one short week and one with room."""
    first = TODAY + timedelta(7)
    weeks = [WEEK | {"week_start_date": first, "horizon_weeks": 1},
             WEEK | {"week_start_date": first + timedelta(7), "horizon_weeks": 2, "bookable_minutes": 900, "gap_minutes": -300}]  # fmt: skip
    publish(running.home, rows={"capacity_forecast": weeks, "forecast_scorecard": [CARD]})
    return running


@pytest.mark.parametrize("role", ["owner", "manager", "biller", "analyst"])
def test_it_opens_for_each_role_that_sees_numbers(open_page, built, role):
    app = open_page("capacity", role)
    assert not app.exception
    assert {tile.label: tile.value for tile in app.metric} == {
        "Schedule fill": "25.0%", "Bookable hours": "8 h", "Booked hours": "2 h",
    }  # fmt: skip


def test_it_opens_on_a_build_without_a_single_number(open_page, running):
    publish(running.home, rows={name: [] for name in usual_rows() if name != "metric_catalogue"})
    app = open_page("capacity", "owner")
    assert not app.exception
    assert "There is no forecast for this yet" in texts(app)


def test_how_near_the_forecast_used_to_be_is_a_sentence(open_page, built):
    said = texts(open_page("capacity", "owner"))
    assert "from each of the last 52 weeks" in said
    assert "off by 9% on average 1 to 4 weeks ahead. 81 of 100 weeks fell into the range" in said


def test_without_a_record_it_says_that_none_is_known():
    assert "not known yet" in record_in_words(pd.DataFrame(), "practice")


def test_a_short_week_is_counted_and_its_booked_hours_open_their_days(open_page, built):
    app = open_page("capacity", "owner")
    assert "More is wanted than can be booked in 1 week" in texts(app)
    assert [row["Short"] for row in shown(app, "gaps") if row["Short"] > 0] == [1.0]
    app = click_cell(app, "gaps", 0, "Booked by now")
    assert not app.exception
    assert "**0 rows**" in texts(app)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ({"service": "none"}, "The forecast is not by service"),
        ({"location": "loc-elm", "provider": "prov-moss"}, "not by both"),
        ({"period": "fortnight"}, "'fortnight' is no period"),
    ],
)
def test_what_it_cannot_show_is_said(open_page, built, address, sentence):
    app = open_page("capacity", "owner", **address)
    assert not app.exception
    assert sentence in texts(app)
