"""Numbers as pages and the command line read them: one definition, any slice, and the rows behind."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dashboards.components.numbers.words import band, change, in_words
from dashboards.metrics import (
    DIMENSIONS,
    Slice,
    by_rows,
    catalogue,
    definition,
    metric_table,
    rows_of,
    sum_of_rows,
    values,
)
from dashboards.metrics.receivables import aging, tie_out
from dashboards.warehouse import Warehouse
from practice.errors import Refusal
from practice.home import Home
from practice.money import Currency
from tests.dashboards.published import TODAY, publish, refuse, usual_rows

USD, JPY = Currency.of("USD"), Currency.of("JPY")
LAST = TODAY - timedelta(1)
WEEK = Slice(LAST - timedelta(6), LAST)
ELM = WEEK.narrow(location="loc-elm")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    made = Home(tmp_path_factory.mktemp("numbers"))
    made.create()
    elsewhere = {"source": "record", "location_id": "loc-oak", "provider_id": "prov-reed", "metric_date": LAST}
    more = [elsewhere | {"metric": "charged", "numerator": 90_00},
            elsewhere | {"metric": "no_show_rate_due", "numerator": 0, "denominator": 1, "low_numerator": 0,
                         "low_denominator": 1, "high_numerator": 0, "high_denominator": 1},
            elsewhere | {"metric": "charged", "numerator": 0, "payer_id": "payer-harbor", "location_id": "loc-elm"},
            {"source": "old_system", "metric": "charged", "metric_date": LAST, "numerator": 1_000_000_00}]  # fmt: skip
    publish(made, rows={"metric_daily": [*usual_rows()["metric_daily"], *more]})
    return made


@pytest.fixture(scope="module")
def warehouse(home):
    return Warehouse(home)


def sliced(warehouse, metric, **options):
    frame = metric_table(warehouse, metric, last=options.pop("last", TODAY), **options)
    return frame.to_dict("records")


# Slices


def test_a_sum_is_over_the_days_and_an_import_stays_out_of_it(warehouse):
    assert sliced(warehouse, "charged")[0]["value"] == 300_00
    assert sliced(warehouse, "charged", source="old_system")[0]["value"] == 1_000_000_00


def test_a_rate_is_the_sum_of_its_parts_in_any_slice(warehouse):
    whole = sliced(warehouse, "no_show_rate_due")[0]
    assert (whole["numerator"], whole["denominator"], whole["value"]) == (1, 4, 0.25)
    parts = sliced(warehouse, "no_show_rate_due", by=["provider"])
    assert {part["provider_id"]: part["value"] for part in parts} == {"prov-moss": 1 / 3, "prov-reed": 0}
    assert sum(part["numerator"] for part in parts) / sum(part["denominator"] for part in parts) == whole["value"]


def test_unresolved_visits_widen_the_band(warehouse):
    rate = sliced(warehouse, "no_show_rate_due")[0]
    assert (rate["low"], rate["high"]) == (1 / 5, 2 / 5)
    count = sliced(warehouse, "completed_visits")[0]
    assert (count["low"], count["value"], count["high"]) == (2, 2, 3)


def test_a_balance_is_taken_at_the_end_and_never_summed_over_days(warehouse):
    assert sliced(warehouse, "ar_open")[0]["value"] == 170_00
    assert sliced(warehouse, "days_in_ar_gross")[0]["value"] == pytest.approx(170 * 90 / 210)
    # February's balance: none was known on its last day. March's: that of today, though the month still runs.
    assert [row["value"] for row in sliced(warehouse, "ar_open", by=["month"], last=TODAY)] == [170_00]


def test_a_period_without_a_denominator_has_no_rate(warehouse):
    assert sliced(warehouse, "no_show_rate_due", first=date(2020, 1, 1), last=date(2020, 1, 31))[0]["value"] != 0


def test_slices_by_time_and_place_together(warehouse):
    rows = sliced(warehouse, "charged", by=["location", "day"])
    assert {(row["location_id"], str(row["day"])[:10]): row["value"] for row in rows} == {
        ("loc-elm", str(LAST)): 150_00,
        ("loc-elm", str(LAST - timedelta(1))): 60_00,
        ("loc-oak", str(LAST)): 90_00,
    }


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"by": ["planet"]}, "'planet' is no dimension"),
        ({"by": ["day", "month"]}, "one length of time"),
        ({"first": date(2026, 3, 2), "last": date(2026, 3, 1)}, "before it begins"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(warehouse, asked, sentence):
    with pytest.raises(Refusal, match=sentence):
        metric_table(warehouse, "charged", **asked)


def test_an_unknown_metric_names_the_nearest(warehouse):
    with pytest.raises(Refusal, match="perhaps no_show_rate_due"):
        definition(warehouse, "no_show_rate")


def test_before_the_first_build_there_is_a_sentence(tmp_path):
    with pytest.raises(Refusal, match="Nothing is published"):
        metric_table(Warehouse(Home(tmp_path)), "charged")


def test_a_newly_published_build_is_read_with_the_next_question(tmp_path):
    home = Home(tmp_path)
    home.create()
    publish(home)
    warehouse = Warehouse(home)
    assert metric_table(warehouse, "charged", last=TODAY).value[0] == 210_00
    build = publish(home, rows={"metric_daily": []}, feed_seq=7)
    assert warehouse.published().build_id == build
    assert warehouse.published().feed_seq == 7
    assert metric_table(warehouse, "charged", last=TODAY).value.isna().all()


def test_a_refused_build_keeps_the_published_one(tmp_path):
    home = Home(tmp_path)
    home.create()
    build = publish(home)
    refuse(home, "The ledger does not balance on 1 March.")
    warehouse = Warehouse(home)
    assert warehouse.published().build_id == build
    assert warehouse.last_attempt()["failed"] == ["The ledger does not balance on 1 March."]


# Filters


@pytest.mark.parametrize("metric", ["charged", "completed_visits", "no_show_rate_due", "ar_open", "bookable_minutes"])
def test_the_members_and_those_without_one_come_to_the_whole(warehouse, metric):
    whole = sliced(warehouse, metric)[0]
    for dimension in definition(warehouse, metric).has:
        frame = warehouse.query(
            f"select distinct {DIMENSIONS[dimension]} from marts.metric_daily where metric = ?", metric
        )
        members = {None, *frame.iloc[:, 0].dropna()}
        parts = [sliced(warehouse, metric, filters={dimension: member})[0] for member in members]
        assert sum(part["numerator"] for part in parts if part["numerator"] > 0) == whole["numerator"]
        if definition(warehouse, metric).divides:
            assert sum(part["denominator"] for part in parts if part["denominator"] > 0) == whole["denominator"]


def test_a_filter_takes_several_members_too(warehouse):
    both = sliced(warehouse, "charged", filters={"provider": ("prov-moss", "prov-reed")})[0]
    assert both["value"] == 300_00


def test_a_dimension_that_a_metric_lacks_is_refused_with_those_it_has(warehouse):
    with pytest.raises(Refusal, match="location, provider, payer"):
        metric_table(warehouse, "ar_open", by=["service"])
    with pytest.raises(Refusal, match="location, provider, payer"):
        metric_table(warehouse, "ar_open", filters={"service": None})


def test_many_metrics_over_many_windows_are_what_each_is_alone(warehouse):
    known = catalogue(warehouse)
    windows = [(LAST - timedelta(6), LAST), (TODAY - timedelta(29), TODAY), (TODAY, TODAY)]
    together = values(warehouse, list(known), windows)
    for name in known:
        for (first, last), value in zip(windows, together[name], strict=True):
            alone = sliced(warehouse, name, first=first, last=last)[0]
            for part in ("value", "low", "high"):
                given, wanted = getattr(value, part), alone[part]
                assert (
                    given == pytest.approx(wanted)
                    if given is not None
                    else wanted != wanted or wanted is None or wanted == 0
                )


def test_a_metric_that_lacks_a_filter_is_left_out_instead_of_shown_wrong(warehouse):
    found = values(warehouse, ["charged", "ar_open"], [(LAST, LAST)], filters=(("service", None),))
    assert set(found) == {"charged"}


def test_a_median_and_a_count_of_clients_come_from_the_rows_of_each_slice(warehouse):
    assert sliced(warehouse, "lead_time_days_median")[0]["value"] == 1
    assert sliced(warehouse, "active_clients")[0]["value"] == 2
    assert sliced(warehouse, "active_clients", filters={"provider": "prov-reed"})[0]["value"] == 0
    by_day = sliced(warehouse, "lead_time_days_median", by=["provider", "day"])
    assert [(row["provider_id"], row["value"]) for row in by_day] == [("prov-moss", 1)]


# The rows behind


@pytest.mark.parametrize("metric", ["completed_visits", "no_show_rate_due", "charged", "collected", "ar_open",
                                    "bookable_minutes", "schedule_fill_rate", "collected_applied"])  # fmt: skip
def test_the_rows_behind_a_number_sum_to_it(warehouse, metric):
    number = values(warehouse, [metric], [(ELM.first, ELM.last)], filters=ELM.filters)[metric][0]
    rows, total = rows_of(warehouse, metric, ELM), sum_of_rows(warehouse, metric, ELM)
    assert total.rows == len(rows)
    assert rows.adds_to_numerator.sum() == total.numerator == number.numerator
    if number.denominator is not None:
        assert rows.adds_to_denominator.sum() == total.denominator == number.denominator


def test_a_balances_rows_are_open_items_which_lead_to_their_clients(warehouse):
    items = rows_of(warehouse, "ar_open", ELM.narrow(payer="payer-harbor", bucket="0-30"))
    assert items[["client_id", "open_minor"]].to_dict("records") == [{"client_id": "client-ben", "open_minor": 85_00}]


def test_of_a_median_the_rows_say_what_it_is(warehouse):
    total = sum_of_rows(warehouse, "lead_time_days_median", WEEK)
    assert (total.rows, total.numerator, total.denominator) == (3, 1, None)
    assert sum_of_rows(warehouse, "active_clients", WEEK).numerator == 2


def test_a_metric_without_rows_has_none(warehouse):
    assert rows_of(warehouse, "days_in_ar_gross", WEEK) is None
    assert sum_of_rows(warehouse, "days_in_ar_gross", WEEK) is None


def test_what_only_rows_know_cuts_a_rate_and_comes_to_it(warehouse):
    frame = by_rows(warehouse, "no_show_rate_due", ("weekday", "hour"), ELM)
    assert frame.to_dict("records") == [{"weekday": 7, "hour": 10, "numerator": 1, "denominator": 3, "value": 1 / 3}]
    with pytest.raises(Refusal, match="can't be worked out"):
        by_rows(warehouse, "ar_open", ("weekday",), ELM)


@pytest.mark.parametrize("clock", ["service_date", "responsibility_date"])
def test_buckets_items_and_ledger_come_to_the_same(warehouse, clock):
    found = tie_out(warehouse, ELM, clock)
    assert found.is_even
    assert (found.buckets, found.items, found.credits, found.ledger) == (170_00, 170_00, 0, 170_00)
    assert (
        aging(warehouse, ELM, clock, "payer").open_minor.sum()
        == aging(warehouse, ELM, clock, "client").open_minor.sum()
    )


# In words


@pytest.mark.parametrize(
    ("value", "unit", "currency", "text"),
    [
        (None, "ratio", USD, "–"), (0.0834, "ratio", USD, "8.3%"), (31.44, "days", USD, "31.4"),
        (20082, "count", USD, "20,082"), (None, "count", USD, "0"), (None, "minor", USD, "$0.00"),
        (999_99, "minor", USD, "$999.99"), (1234_99, "minor", USD, "$1,235"), (99_999_00, "minor", USD, "$99,999"),
        (1_917_400_00, "minor", USD, "$1,917k"), (-1234_99, "minor", USD, "−$1,235"), (1234, "minor", JPY, "¥1,234"),
    ],
)  # fmt: skip
def test_a_number_reads_like_one(value, unit, currency, text):
    assert in_words(value, unit, currency) == text


@pytest.mark.parametrize(
    ("now", "before", "unit", "text"),
    [(0.25, 0.20, "ratio", "+5.0 pts"), (31.4, 32.6, "days", "-1.2 d"), (110, 100, "count", "+10.0%"),
     (1_310, 100, "count", "+1,210%"),
     (110, 0, "count", None), (None, 0.2, "ratio", None), (0.2, None, "ratio", None)],
)  # fmt: skip
def test_a_change_is_in_the_units_of_its_metric(now, before, unit, text):
    assert change(now, before, unit) == text


def test_a_band_is_shown_only_where_something_is_unresolved(warehouse):
    def rate_at(place):
        asked = (("location", place),)
        return values(warehouse, ["no_show_rate_due"], [(WEEK.first, WEEK.last)], filters=asked)["no_show_rate_due"][0]

    assert band(rate_at("loc-elm"), "ratio", USD) == "25.0% to 50.0%"
    elsewhere = rate_at("loc-oak")
    assert band(elsewhere, "ratio", USD) == ""
