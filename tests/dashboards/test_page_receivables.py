"""Receivables: as of any day, by either clock, and in sight that buckets, items and ledger come to the same."""

from __future__ import annotations

from datetime import date, timedelta

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
    app = open_page("receivables", role)
    assert not app.exception
    assert not app.error
    assert {tile.label: tile.value for tile in app.metric} == {
        "Accounts receivable": "$170.00", "Days in AR, gross": "72.9 d",
    }  # fmt: skip


def test_it_opens_on_a_build_without_a_single_number(open_page, running):
    publish(running.home, rows={name: [] for name in usual_rows() if name != "metric_catalogue"})
    app = open_page("receivables", "owner")
    assert not app.exception
    assert "Nothing is open." in texts(app)


@pytest.mark.parametrize("aged_by", ["service_date", "responsibility_date", "balance_forward"])
def test_it_ties_out_in_sight(open_page, built, aged_by):
    app = open_page("receivables", "owner", clock=aged_by)
    assert not app.error
    assert "Buckets $170.00 = open items $170.00 = the ledger's balance $170.00." in texts(app)


def test_it_shows_all_that_is_open_or_what_is_due_only_and_ties_out_both_ways(open_page, running):
    """Of Ada's 85.00 a plan puts 50.00 off."""
    usual = usual_rows()
    (opened,) = (row for row in usual["metric_catalogue"] if row["metric"] == "ar_open")
    due = opened | {"metric": "ar_due", "label": "Receivables, due only", "rows_table": "ar_as_of",
                    "rows_where": "due_minor <> 0", "rows_numerator": "due_minor"}  # fmt: skip
    publish(running.home, rows={"metric_catalogue": [*usual["metric_catalogue"], due]})
    app = open_page("receivables", "biller")
    assert "Buckets $170.00 = open items $170.00" in texts(app)
    app.segmented_control(key="choice:owed").set_value("due").run()
    assert not app.exception
    assert [(row["Owed by"], row["Total"]) for row in shown(app, "aging_table")] == [
        ("Harbor Health", 85), ("Clients", 35), ("All", 120),
    ]  # fmt: skip
    put_off = "Buckets $120.00 + put off by payment plans $50.00 = open items $170.00 = the ledger's balance $170.00."
    assert put_off in texts(app)
    app = click_cell(app, "aging_table", 1, "0-30")
    assert "they sum to **$35.00**" in texts(app)


def test_balance_forward_is_of_whole_accounts(open_page, built):
    app = open_page("receivables", "owner", clock="balance_forward", location="loc-elm")
    assert "Balance forward is of whole accounts, not by location; clear that filter to see it." in texts(app)
    assert not app.dataframe or "Owed by" not in app.dataframe[0].value


def test_what_does_not_tie_out_is_said_in_red(open_page, running):
    rows = usual_rows()
    rows["fct_ledger_entries"].pop()
    publish(running.home, rows=rows)
    assert "should be even and are not" in open_page("receivables", "owner").error[0].value


def test_each_cell_opens_its_items_and_so_does_the_total(open_page, built):
    app = open_page("receivables", "owner")
    assert [(row["Owed by"], row["0-30"], row["Total"]) for row in shown(app, "aging_table")][-1] == ("All", 170, 170)
    app = click_cell(app, "aging_table", 0, "0-30")
    assert "**1 open item** · as of 2 Mar 2026 · they sum to **$85.00**" in texts(app)


def test_the_day_stands_in_the_address(open_page, built):
    yesterday = TODAY - timedelta(1)
    app = open_page("receivables", "owner", as_of=str(yesterday))
    assert not app.exception
    assert app.date_input(key="as_of_day").value == yesterday
    assert {tile.label: tile.value for tile in app.metric}["Accounts receivable"] == "$170.00"
    app.date_input(key="as_of_day").set_value(date(2026, 1, 31)).run()
    assert app.query_params["as_of"] == "2026-01-31"
    assert {tile.label: tile.value for tile in app.metric}["Accounts receivable"] == "$0.00"


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ({"as_of": "soon"}, "'soon' is no day"),
        ({"as_of": "2031-01-01"}, "is yet to come"),
        ({"clock": "sundial"}, "'sundial' is no clock of the aging"),
        ({"who": "nobody"}, "'nobody' is no way to list who owes"),
        ({"days": "days_in_ar_best"}, "'days_in_ar_best' is no variant"),
    ],
)
def test_an_address_that_cannot_be_gets_one_sentence_and_the_usual_view(open_page, built, address, sentence):
    app = open_page("receivables", "owner", **address)
    assert not app.exception
    assert len(app.warning) == 1
    assert sentence in app.warning[0].value
    assert {tile.label: tile.value for tile in app.metric}["Accounts receivable"] == "$170.00"


def test_by_client_it_names_them_to_those_who_may_see_them(open_page, built):
    assert {"Ada Birch", "Ben Alder"} < {
        row["Owed by"] for row in shown(open_page("receivables", "owner", who="client"), "aging_table")
    }
    assert {"client-ada", "client-ben"} < {
        row["Owed by"] for row in shown(open_page("receivables", "analyst", who="client"), "aging_table")
    }


def test_it_says_which_filter_it_lacks(open_page, built):
    app = open_page("receivables", "owner", service="none")
    assert not app.exception
    assert "Receivables are not by service" in texts(app)
