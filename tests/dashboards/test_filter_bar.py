"""The filter bar: the address is its state, on every number page the same."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import pages
from tests.dashboards.conftest import SCRIPT, texts
from tests.dashboards.published import TODAY, publish

PAGES = ["overview", "attendance", "revenue", "capacity", "metrics"]


@pytest.fixture
def built(running):
    """A published warehouse behind the pages."""
    publish(running.home)
    return running


def warnings(app):
    return [warning.value for warning in app.warning]


@pytest.mark.parametrize("url", [*PAGES, "receivables"])
@pytest.mark.parametrize("role", ["front_desk", "provider"])
def test_who_may_not_see_numbers_is_refused_by_the_page_itself(built, signed_in, role, url):
    person = signed_in(role)
    assert url not in [page.url for page in pages.pages_for(person)]
    page = next(page for page in pages.PAGES if page.url == url)
    app = AppTest.from_file(page.path, default_timeout=30).run()
    assert "may not see the practice's numbers" in app.exception[0].message
    assert not app.metric


@pytest.mark.parametrize("url", PAGES)
def test_every_page_takes_the_same_address(open_page, built, url):
    app = open_page(url, "owner", period="90-days", provider="prov-moss", payer="none", compare="year")
    assert not app.exception
    assert not app.warning
    chosen = {name: app.selectbox(key=f"filter:{name}").value for name in ("period", "provider", "payer", "compare")}
    assert chosen == {"period": "90-days", "provider": "prov-moss", "payer": "none", "compare": "year"}
    assert "3 Dec 2025 to 2 Mar 2026" in texts(app)


def test_what_is_chosen_stands_in_the_address_and_a_chip_clears_it(open_page, built):
    app = open_page("attendance", "owner")
    app.selectbox(key="filter:provider").set_value("prov-moss").run()
    app.selectbox(key="filter:period").set_value("this-month").run()
    assert dict(app.query_params) == {"provider": "prov-moss", "period": "this-month"}
    app.button(key="clear:provider").click().run()
    assert dict(app.query_params) == {"period": "this-month"}
    assert app.selectbox(key="filter:provider").value == ""


def test_two_dates_begin_with_the_days_that_were_shown(open_page, built):
    app = open_page("attendance", "owner")
    app.selectbox(key="filter:period").set_value("dates").run()
    assert not app.exception
    assert dict(app.query_params) == {"period": "dates", "from": "2026-02-01", "to": str(TODAY)}


@pytest.mark.parametrize("url", [*PAGES, "receivables"])
def test_an_address_that_cannot_be_gets_a_sentence_and_the_usual_numbers(open_page, built, url):
    app = open_page(url, "owner", period="fortnight", service="svc-nothing")
    assert not app.exception
    assert len(warnings(app)) == 2
    assert "'fortnight' is no period" in warnings(app)[0]
    assert "a service that you can't choose" in warnings(app)[1]
    assert dict(app.query_params) == {}


def test_a_filter_narrows_the_numbers_to_its_member(open_page, built):
    app = open_page("overview", "owner", provider="prov-moss")
    assert {tile.label: tile.value for tile in app.metric}["Completed visits"] == "2"
    app = open_page_again(app, provider="none")
    assert {tile.label: tile.value for tile in app.metric}["Completed visits"] == "0"


def open_page_again(app, **query):
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def test_a_number_that_lacks_a_filter_says_so_instead_of_being_wrong(open_page, built):
    app = open_page("overview", "owner", service="none")
    values = {tile.label: tile.value for tile in app.metric}
    assert values["Accounts receivable"] == "–"
    assert values["Completed visits"] == "2"
    assert "not by service" in texts(app)


def test_somebody_of_one_location_sees_that_location_alone(built, signed_in, monkeypatch):
    signed_in("manager", location_ids=["loc-elm"])
    monkeypatch.setitem(pages.FIRST, "manager", "overview")
    app = AppTest.from_file(SCRIPT, default_timeout=30)
    app.query_params["location"] = "loc-oak"
    app.run()
    assert not app.exception
    assert app.selectbox(key="filter:location").options == ["Elm Street"]
    assert "a location that you can't choose" in warnings(app)[0]
    assert {tile.label: tile.value for tile in app.metric}["Completed visits"] == "2"


def test_an_import_is_chosen_as_a_source_of_its_own(open_page, built):
    visit = {
        "source": "old_system",
        "attendee_id": "a",
        "client_id": "c",
        "start_date": TODAY,
        "counted_as": "completed",
    }
    publish(built.home, rows={"fct_appointments": [visit], "metric_daily": [
        {"metric": "completed_visits", "metric_date": TODAY, "source": "old_system", "numerator": 7}]})  # fmt: skip
    app = open_page("overview", "owner", source="old_system")
    assert {tile.label: tile.value for tile in app.metric}["Completed visits"] == "7"
    begins = "**Money and numbers begin with the first completed visit**"
    assert begins not in [one.value for one in app.markdown], "what was imported has numbers already"
    app.button(key="clear:source").click().run()
    assert begins in [one.value for one in app.markdown]
    assert {tile.label: tile.value for tile in app.metric}["Completed visits"] == "0"
