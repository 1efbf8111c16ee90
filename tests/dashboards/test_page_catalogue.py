"""The metric catalogue: found by words, linked to by name, each with its number and how to ask for it elsewhere."""

from __future__ import annotations

import pytest

from dashboards.components.numbers.catalogue import SUBJECTS, find, sql_of, subject_of
from dashboards.metrics import catalogue
from dashboards.warehouse import Warehouse
from tests.dashboards.clicking import click_cell, shown
from tests.dashboards.conftest import texts
from tests.dashboards.published import CATALOGUE, publish


@pytest.fixture
def built(running):
    """A published warehouse behind the pages."""
    publish(running.home)
    return running


@pytest.mark.parametrize("role", ["owner", "manager", "biller", "analyst"])
def test_it_lists_every_metric_for_each_role_that_sees_numbers(open_page, built, role):
    app = open_page("metrics", role)
    assert not app.exception
    assert {row["Name"] for row in shown(app, "metrics")} == {row[0] for row in CATALOGUE}


def test_words_narrow_the_list(open_page, built):
    app = open_page("metrics", "owner")
    app.text_input(key="q").input("visits due").run()
    assert [row["Name"] for row in shown(app, "metrics")] == ["no_show_rate_due"]
    app.text_input(key="q").input("unicorns").run()
    assert "try fewer" in texts(app)


def test_a_link_opens_a_metric_with_its_number_and_the_line_to_get_it(open_page, built):
    app = open_page("metrics", "owner", metric="no_show_rate_due")
    assert not app.exception
    assert "33.3%" in texts(app)
    lines = [block.value for block in app.code]
    assert lines[0].startswith("daybook metric no_show_rate_due --from 2026-02-01 --to 2026-03-02")
    app.button(key="rows:no_show_rate_due").click().run()
    assert "they sum to **1 of 3" in texts(app)


def test_a_click_makes_the_link(open_page, built):
    app = open_page("metrics", "owner")
    app = click_cell(app, "metrics", 0, "Metric")
    assert app.query_params["metric"] == shown(app, "metrics")[0]["Name"]


def test_a_link_to_no_metric_says_so(open_page, built):
    app = open_page("metrics", "owner", metric="happiness")
    assert not app.exception
    assert "There is no metric 'happiness'" in app.warning[0].value


def test_the_sql_of_each_metric_gives_its_number(open_page, built):
    """What a person copies gives what the page shows."""
    from dashboards.components.numbers.filters import Filters
    from dashboards.components.numbers.names import Names
    from dashboards.components.numbers.view import View
    from dashboards.metrics import metric_table
    from practice.access.permissions import SYSTEM
    from practice.money import Currency
    from tests.dashboards.published import TODAY

    warehouse = Warehouse(built.home)
    known = catalogue(warehouse)
    view = View(warehouse, "b", SYSTEM, Currency.of("USD"), Filters(), TODAY, Names({}), known)
    for name, found in known.items():
        asked = warehouse.query(sql_of(found, view)).iloc[0, 0]
        number = metric_table(warehouse, name, first=view.window.first, last=view.window.last).value[0]
        assert asked == pytest.approx(number, nan_ok=True), name


def test_each_metric_has_a_subject_and_is_found_by_it(built):
    known = catalogue(Warehouse(built.home))
    assert {subject_of(found) for found in known.values()} <= set(SUBJECTS)
    assert sum(len(find(known, "", subject)) for subject in SUBJECTS) == len(known)
