"""Revenue: the bases side by side, and the bridge from charged to open, which comes out to the cent."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
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


def leaky():
    """Five visits at 100.00: two collected, one open at the client, two that nobody charged."""
    metric = {
        "metric": "revenue_leaked", "label": "Revenue leaked", "unit": "minor", "kind": "additive", "better": "down",
        "rows_table": "revenue_leakage", "rows_date": "service_date", "rows_where": "place = 'leak'",
        "rows_numerator": "amount_minor", "formula": "What leaks.", "is_ratio": False, "aggregate": "sum",
        "dimensions": "location, provider, service, payer, referral_source",
    }  # fmt: skip
    row = {"source": "record", "visit_kind": "attended", "service_date": TODAY.replace(day=1), "amount_minor": 100_00,
           "client_id": "client-ada", "location_id": "loc-elm", "provider_id": "prov-moss"}  # fmt: skip
    places = [("v1", "collected", None), ("v2", "collected", None), ("v3", "open_client", None)]
    places += [("v4", "leak", "no_charge"), ("v5", "leak", "no_charge")]
    leaks = [
        row | {"attendee_id": seat, "place": place, "leak": leak} | (
            {"owner_role": "biller", "due_date": TODAY} if leak else {}
        )
        for seat, place, leak in places
    ]  # fmt: skip
    return {"metric_catalogue": [*usual_rows()["metric_catalogue"], metric], "revenue_leakage": leaks}


def test_the_money_of_visits_adds_up_and_a_leak_opens_its_visits(open_page, running):
    publish(running.home, rows=leaky())
    app = open_page("revenue", "biller")
    said = "$500.00 expected = $200.00 collected + $100.00 open at clients + **$200.00 leaking**"
    assert said in texts(app)
    assert shown(app, "leaks") == [
        {
            "Leak": "Attended, not charged",
            "Visits": 2,
            "Amount": 200.0,
            "Whose": "Billing",
            "First due": pd.Timestamp(TODAY),
        }
    ]
    app = click_cell(app, "leaks", 0, "Leak")
    assert not app.exception
    assert "they sum to **$200.00**" in texts(app)


def test_where_nothing_leaks_the_page_says_so(open_page, running):
    rows = leaky()
    rows["revenue_leakage"] = [row for row in rows["revenue_leakage"] if row["leak"] is None]
    publish(running.home, rows=rows)
    app = open_page("revenue", "owner")
    assert [message.value for message in app.success] == ["Nothing leaks."]


def of_claims_and_write_offs():
    """A claim sent and denied, and 12.00 of 60.00 written off as bad debt."""
    shared = {"unit": "ratio", "kind": "additive", "is_ratio": True, "aggregate": "sum", "dimensions": "location, provider",
              "better": "down"}  # fmt: skip
    claims = shared | {
        "metric": "initial_denial_rate_mature", "label": "Initial denial rate, mature claims", "rows_table": "fct_claims",
        "rows_date": "sent_date", "rows_where": "is_first", "rows_numerator": "cast(is_denied_at_first as bigint)",
        "rows_denominator": "1", "formula": "Denied of sent.",
    }  # fmt: skip
    bad_debt = shared | {
        "metric": "write_off_rate_bad_debt", "label": "Bad debt, of charges", "rows_table": "fct_ledger_entries",
        "rows_date": "post_date", "rows_where": "account = '5100'", "rows_numerator": "debit_minor - credit_minor",
        "rows2_table": "fct_ledger_entries", "rows2_date": "post_date", "rows2_where": "account = '4000'",
        "rows2_denominator": "credit_minor - debit_minor", "formula": "Bad debt of charges.",
    }  # fmt: skip
    registered = claims | {
        "metric": "pre_registration_rate", "label": "Pre-registered", "rows_table": "fct_appointments",
        "rows_date": "start_date", "rows_where": "is_pre_registered is not null",
        "rows_numerator": "cast(is_pre_registered as bigint)", "formula": "Registered of scheduled.",
    }  # fmt: skip
    unknown = registered | {
        "metric": "pre_registration_unknown", "label": "Pre-registration not known", "unit": "count", "is_ratio": False,
        "rows_denominator": None, "rows_numerator": "1",
    }  # fmt: skip
    lag = claims | {
        "metric": "claim_lag_days_median", "label": "Claim lag, median", "unit": "days", "kind": "distribution",
        "aggregate": "median", "rows_numerator": "claim_lag_days", "rows_denominator": None, "is_ratio": False,
    }  # fmt: skip
    place = {"source": "record", "location_id": "loc-elm", "provider_id": "prov-moss"}
    day = TODAY - timedelta(1)
    usual = usual_rows()
    return {
        "metric_catalogue": [*usual["metric_catalogue"], claims, bad_debt, lag, registered, unknown],
        "metric_daily": [
            *usual["metric_daily"],
            place | {"metric": claims["metric"], "metric_date": day, "numerator": 1, "denominator": 4},
            place | {"metric": registered["metric"], "metric_date": day, "numerator": 8, "denominator": 10},
            place | {"metric": unknown["metric"], "metric_date": day, "numerator": 2},
            place | {"metric": bad_debt["metric"], "metric_date": day, "numerator": 12_00, "denominator": 60_00},
        ],
        "fct_claims": [
            place | {"claim_id": f"claim-{n}", "sent_date": day, "is_first": True, "claim_lag_days": n,
                     "is_denied_at_first": n == 0, "client_id": "client-ada"} for n in range(4)
        ],
    }  # fmt: skip


def test_write_offs_lags_and_claims_are_lines_that_open_their_rows(open_page, running):
    publish(running.home, rows=of_claims_and_write_offs())
    app = open_page("revenue", "biller")
    assert shown(app, "write_offs") == [{"Class": "Bad debt", "Written off": 12.0, "Share": "20.0%", "Of": 60.0}]
    assert [line["Median"] for line in shown(app, "lags")] == ["1.5"]
    assert shown(app, "claims_lines") == [
        {"": "Pre-registered before the visit", "Value": "80.0%", "Of": "8 of 10 · 2 unknown"},
        {"": "Denied at first, of mature claims", "Value": "25.0%", "Of": "1 of 4"},
    ]
    app = click_cell(app, "claims_lines", 1, "Value")
    assert not app.exception
    assert "they sum to **1 of 4 = 25.00%**" in texts(app)
