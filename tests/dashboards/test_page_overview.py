"""Overview: the numbers of the published build, each with its rows; before there is one, a sentence."""

from __future__ import annotations

import pytest

from tests.dashboards.conftest import labels, texts
from tests.dashboards.opening import open_empty
from tests.dashboards.published import publish, refuse

ROLES = ["owner", "manager", "biller", "analyst"]
TILES = [
    "completed_visits",
    "no_show_rate_due",
    "schedule_fill_rate",
    "charged",
    "collected",
    "ar_open",
    "days_in_ar_gross",
]
"""Those of the page that the tiny build knows."""


@pytest.fixture
def built(running):
    """A published warehouse behind the pages."""
    publish(running.home)
    return running


def tiles(app):
    return {metric.label: metric.value for metric in app.metric}


@pytest.mark.parametrize("role", ROLES)
def test_it_opens_for_each_role_that_sees_numbers(open_page, built, role):
    app = open_page("overview", role)
    assert not app.exception
    assert not app.error
    assert len(app.metric) == len(TILES)


@pytest.mark.parametrize("role", ROLES)
def test_before_the_first_build_it_says_so(open_page, role):
    app = open_page("overview", role)
    assert not app.exception
    assert "first build" in texts(app)
    assert not app.metric


def test_it_opens_in_an_empty_practice(record, tmp_path, monkeypatch):
    app = open_empty(record, tmp_path, monkeypatch, "overview", "owner")
    assert not app.exception
    assert "first build" in texts(app)


def test_the_tiles_show_the_numbers_under_the_catalogues_names(open_page, built):
    shown = tiles(open_page("overview", "owner"))
    assert shown == {
        "Completed visits": "2",
        "No-show rate, of visits due": "33.3%",
        "Schedule fill": "25.0%",
        "Charged": "$210.00",
        "Collected": "$40.00",
        "Accounts receivable": "$170.00",
        "Days in AR, gross": "72.9 d",
    }


def test_unresolved_visits_show_as_a_band(open_page, built):
    assert "25.0% to 50.0%" in texts(open_page("overview", "owner"))


@pytest.mark.parametrize("metric", [name for name in TILES if name != "days_in_ar_gross"])  # which has none here
def test_the_rows_behind_each_tile_open_with_their_sum(open_page, built, metric):
    app = open_page("overview", "owner")
    app.button(key=f"rows:{metric}").click().run()
    assert not app.exception
    assert "they sum to" in texts(app)


def test_the_rows_name_the_client_and_lead_to_the_record(open_page, built):
    app = open_page("overview", "owner")
    app.button(key="rows:completed_visits").click().run()
    rows = next(table.value for table in app.dataframe if "adds_to_numerator" in table.value)
    assert sorted(rows["client"]) == ["Ada Birch", "Ben Alder"]
    assert "/client?client=client-ada" in list(rows["client_id"])
    assert "they sum to **2**" in texts(app)


def test_who_may_not_see_clients_sees_their_ids_alone(open_page, built):
    app = open_page("overview", "analyst")
    app.button(key="rows:completed_visits").click().run()
    rows = next(table.value for table in app.dataframe if "adds_to_numerator" in table.value)
    assert "client" not in rows
    assert "client-ada" in list(rows["client_id"])


@pytest.mark.parametrize("period", ["90-days", "12-months", "last-month"])
def test_another_period_is_another_window(open_page, built, period):
    app = open_page("overview", "owner")
    app.selectbox(key="filter:period").set_value(period).run()
    assert not app.exception
    assert len(app.metric) == len(TILES)


def test_a_refused_build_keeps_the_numbers_and_says_which_check(open_page, built):
    refuse(built.home, "The ledger does not balance on 1 March.")
    app = open_page("overview", "owner")
    assert "The ledger does not balance on 1 March." in app.error[0].value
    assert "The numbers are those of 2 Mar, 08:00." in app.error[0].value
    assert tiles(app)["Completed visits"] == "2"


def test_a_new_build_shows_with_the_next_click(open_page, built):
    app = open_page("overview", "owner")
    publish(built.home, rows={"metric_daily": []})
    app.run()
    assert tiles(app)["Completed visits"] == "0"
    assert tiles(app)["No-show rate, of visits due"] == "–"


def test_the_freshness_is_said(open_page, built):
    app = open_page("overview", "owner")
    assert "Data as of 2 Mar, 08:00" in texts(app)
    assert "Rows" in labels(app)
