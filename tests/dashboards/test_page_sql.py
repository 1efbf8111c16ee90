"""SQL: an analyst asks the published marts, and sees what there is to ask."""

from __future__ import annotations

import pytest

from dashboards.components.sql_catalogue import examples
from dashboards.sandbox import ask
from tests.dashboards.conftest import texts
from tests.dashboards.opening import open_empty, press, refusals
from tests.dashboards.published import publish

ROLES = ["owner", "manager", "analyst"]


@pytest.fixture
def built(running):
    """A published warehouse behind the pages."""
    publish(running.home)
    return running


@pytest.mark.parametrize("role", ROLES)
def test_it_opens_for_each_role_that_may_query(open_page, built, role):
    app = open_page("sql", role)
    assert not app.exception
    assert not app.error
    assert "fct_appointments" in app.selectbox(key="sql_table").options


@pytest.mark.parametrize("role", ROLES)
def test_before_the_first_build_it_says_so(open_page, role):
    app = open_page("sql", role)
    assert not app.exception
    assert "nothing to ask yet" in texts(app)


def test_it_opens_in_an_empty_practice(record, tmp_path, monkeypatch):
    assert not open_empty(record, tmp_path, monkeypatch, "sql", "analyst").exception


def test_a_tables_grain_and_columns_stand_beside_the_query(open_page, built):
    app = open_page("sql", "analyst")
    app.selectbox(key="sql_table").set_value("metric_daily").run()
    assert "One row per metric, day, source" in texts(app)
    assert "metric_date" in list(app.dataframe[0].value["column"])


def test_an_answer_is_shown_with_its_size(open_page, built):
    app = open_page("sql", "analyst")
    app.text_area(key="sql_text").input(
        "select outcome, count(*) as visits from fct_appointments group by 1 order by 1"
    )
    press(app, "Run")
    assert "2 rows in" in texts(app)
    answer = next(table.value for table in app.dataframe if "visits" in table.value)
    assert answer.to_dict("list") == {"outcome": ["completed", "no_show"], "visits": [2, 1]}


def test_a_mistake_is_a_sentence_and_the_query_stays(open_page, built):
    query = "select outcom from fct_appointments"
    app = open_page("sql", "analyst")
    app.text_area(key="sql_text").input(query)
    press(app, "Run")
    assert "outcom" in refusals(app)[0]
    assert app.text_area(key="sql_text").value == query
    assert not app.exception


def test_files_of_the_machine_stay_closed(open_page, built):
    app = open_page("sql", "analyst")
    app.text_area(key="sql_text").input("select * from read_text('/etc/passwd')")
    press(app, "Run")
    assert "disabled by configuration" in refusals(app)[0]


def test_an_example_is_put_into_the_box(open_page, built):
    app = open_page("sql", "analyst")
    app.selectbox(key="sql_example").set_value("Trial balance").run()
    assert "fct_ledger_entries" in app.text_area(key="sql_text").value


@pytest.mark.parametrize("name", examples())
def test_every_example_runs_as_it_stands(built, name):
    ask(built.warehouse.published().path, examples()[name], 10)
