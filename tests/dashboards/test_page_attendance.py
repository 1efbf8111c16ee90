"""Attendance: rates with their band and variants, what became of the visits, and the list of those without an outcome."""

from __future__ import annotations

import pytest

from tests.dashboards.clicking import click_cell, shown
from tests.dashboards.conftest import texts
from tests.dashboards.opening import open_empty
from tests.dashboards.published import publish, usual_rows

ROLES = ["owner", "manager", "biller", "analyst"]


@pytest.fixture
def built(running):
    """A published warehouse behind the pages, with a visit without an outcome and a second variant of the no-show rate."""
    rows = usual_rows()
    visit = rows["fct_appointments"][0]
    rows["fct_appointments"].append(visit | {"attendee_id": "att-3", "client_id": "client-dan", "outcome": "unresolved",
                                             "counted_as": "unresolved", "lead_time_days": 3})  # fmt: skip
    other = next(row for row in rows["metric_catalogue"] if row["metric"] == "no_show_rate_due")
    rows["metric_catalogue"].append(other | {"metric": "no_show_rate_booked", "label": "No-show rate, of all booked",
                                             "variant": "b", "formula": "No-shows / all booked."})  # fmt: skip
    publish(running.home, rows=rows)
    return running


@pytest.mark.parametrize("role", ROLES)
def test_it_opens_for_each_role_that_sees_numbers(open_page, built, role):
    app = open_page("attendance", role)
    assert not app.exception
    assert {tile.label: tile.value for tile in app.metric}["No-show rate, of visits due"] == "33.3%"


@pytest.mark.parametrize("role", ROLES)
def test_before_the_first_build_it_says_so(open_page, role):
    app = open_page("attendance", role)
    assert not app.exception
    assert "first build" in texts(app)


def test_it_opens_in_an_empty_practice(record, tmp_path, monkeypatch):
    assert not open_empty(record, tmp_path, monkeypatch, "attendance", "owner").exception


def test_it_opens_on_a_build_without_a_single_number(open_page, running):
    publish(running.home, rows={name: [] for name in usual_rows() if name != "metric_catalogue"})
    app = open_page("attendance", "owner")
    assert not app.exception
    assert "Every visit of these days has its outcome." in texts(app)


def test_the_variant_is_kept_in_the_address_with_its_formula_beside_it(open_page, built):
    app = open_page("attendance", "owner", variant="no_show_rate_booked")
    assert "No-shows / all booked." in texts(app)
    app.selectbox(key="choice:variant").set_value("no_show_rate_due").run()
    assert "variant" not in app.query_params
    assert "What no_show_rate_due means." in texts(app)


def test_an_unknown_variant_gets_a_sentence_and_the_usual_one(open_page, built):
    app = open_page("attendance", "owner", variant="no_show_rate_best")
    assert not app.exception
    assert "'no_show_rate_best' is no variant of it" in app.warning[0].value
    assert "What no_show_rate_due means." in texts(app)


def test_the_breakdown_has_numerators_and_denominators_and_each_cell_opens_its_rows(open_page, built):
    app = open_page("attendance", "owner")
    assert [(row["Numerator"], row["Denominator"]) for row in shown(app, "attendance_by")] == [(1, 3)]
    app = click_cell(app, "attendance_by", 0, "Numerator")
    assert not app.exception
    assert "they sum to **1 of 3 = 33.33%**" in texts(app)


def test_visits_without_an_outcome_are_listed_with_the_way_to_their_client(open_page, built):
    app = open_page("attendance", "owner")
    waiting = next(table.value for table in app.dataframe if "lead_time_days" in table.value and len(table.value) == 1)
    assert list(waiting["client_id"]) == ["/client?client=client-dan"]


def test_the_rows_of_a_median_say_what_it_is(open_page, built):
    app = open_page("attendance", "owner")
    app.button(key="rows:lead_time_days_median").click().run()
    assert not app.exception
    assert "their median is **1.5 d**" in texts(app)
