"""Revenue: the bases side by side, and the bridge from charged to open, which comes out to the cent."""

from __future__ import annotations

import pytest

from tests.dashboards.clicking import click_cell, shown
from tests.dashboards.conftest import texts
from tests.dashboards.published import TODAY, publish, usual_rows


@pytest.fixture
def built(running):
    """A published warehouse behind the pages."""
    publish(running.home)
    return running


@pytest.mark.parametrize("role", ["owner", "manager", "biller", "analyst"])
def test_it_opens_for_each_role_that_sees_numbers(open_page, built, role):
    app = open_page("revenue", role)
    assert not app.exception
    assert {tile.label: tile.value for tile in app.metric} == {
        "Charged": "$210.00", "Collected": "$40.00", "Collected, applied to charges": "$40.00",
        "Contractual adjustments": "$0.00", "Write-offs": "$0.00",
    }  # fmt: skip


def test_it_opens_on_a_build_without_a_single_number(open_page, running):
    publish(running.home, rows={name: [] for name in usual_rows() if name != "metric_catalogue"})
    assert not open_page("revenue", "owner").exception


def test_it_opens_on_a_build_that_lacks_the_newer_metrics(open_page, running):
    catalogue = [row for row in usual_rows()["metric_catalogue"] if row["metric"] in ("charged", "collected")]
    publish(running.home, rows={"metric_catalogue": catalogue})
    app = open_page("revenue", "owner")
    assert not app.exception
    assert "does not have every step of the bridge yet" in texts(app)


def test_the_bridge_leads_from_what_was_open_over_each_step_to_what_is(open_page, built):
    app = open_page("revenue", "owner")
    assert "$0.00 + $210.00 + $0.00 + $0.00 − $40.00 = $170.00" in texts(app).replace("− $0.00", "+ $0.00")


def test_what_the_steps_do_not_explain_is_a_step_of_its_own(open_page, running):
    rows = usual_rows()
    for row in rows["metric_daily"]:
        if row["metric"] == "ar_open":
            row["numerator"] = 175_00
    publish(running.home, rows=rows)
    assert "+ $5.00 = $175.00" in texts(open_page("revenue", "owner"))


def test_the_bridge_says_which_filter_it_lacks(open_page, built):
    assert "The bridge is not by service." in texts(open_page("revenue", "owner", service="none"))


def test_a_providers_cell_opens_its_rows_which_sum_to_it(open_page, built):
    app = open_page("revenue", "owner")
    assert shown(app, "providers_")[0]["Charged"] == 210
    app = click_cell(app, "providers_", 0, "Charged")
    assert not app.exception
    assert "they sum to **$210.00**" in texts(app)


def test_the_curve_shows_the_share_that_came_in_by_age(open_page, running):
    month = {"source": "record", "cohort_month": TODAY.replace(month=1, day=1), "age_months": 0,
             "applied_minor": 50_00, "net_charged_minor": 100_00}  # fmt: skip
    publish(running.home, rows={"collection_curve": [month]})
    app = open_page("revenue", "owner")
    assert not app.exception
    assert "No month of service is old enough" not in texts(app)
