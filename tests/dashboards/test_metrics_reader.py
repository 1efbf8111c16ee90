"""Numbers as pages and the command line read them: one definition, any slice, and the rows behind."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from dashboards.components.overview.numbers import values
from dashboards.components.overview.period import LENGTHS, Window, history, window
from dashboards.components.overview.rows import rows_behind
from dashboards.components.overview.tiles import TILES, band, change, in_words
from dashboards.metrics import catalogue, definition, metric_table
from dashboards.warehouse import Warehouse
from practice.errors import Refusal
from practice.home import Home
from practice.money import Currency
from tests.dashboards.published import TODAY, publish, refuse, usual_rows

USD, JPY = Currency.of("USD"), Currency.of("JPY")
LAST = TODAY - timedelta(1)
WEEK = Window(LAST - timedelta(6), LAST)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    made = Home(tmp_path_factory.mktemp("numbers"))
    made.create()
    elsewhere = {"source": "record", "location_id": "loc-oak", "provider_id": "prov-reed", "metric_date": LAST}
    more = [elsewhere | {"metric": "charged", "numerator": 90_00},
            elsewhere | {"metric": "no_show_rate_due", "numerator": 0, "denominator": 1, "low_numerator": 0,
                         "low_denominator": 1, "high_numerator": 0, "high_denominator": 1},
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


# Windows


def test_a_window_ends_today_and_the_one_before_it_is_as_long():
    current = window("30 days", TODAY)
    assert (current.last, (current.last - current.first).days) == (TODAY, 29)
    before = current.before()
    assert (before.last, (before.last - before.first).days) == (current.first - timedelta(1), 29)


@pytest.mark.parametrize("length", LENGTHS)
def test_a_tiles_history_is_twelve_slices_without_gap_that_end_with_the_window(length):
    current = window(length, TODAY)
    slices = history(current)
    assert len(slices) == 12
    assert slices[-1].last == current.last
    assert all(late.first - early.last == timedelta(1) for early, late in pairwise(slices))


# Tiles and what is behind them


@pytest.mark.parametrize("metric", [name for name in TILES if name != "days_in_ar_gross"])
def test_the_rows_behind_a_tile_sum_to_it(warehouse, metric):
    number = values(warehouse, metric, [WEEK], "loc-elm")[0]
    rows = rows_behind(warehouse, metric, WEEK, "loc-elm")
    assert rows.adds_to_numerator.sum() == number.numerator
    if number.denominator is not None:
        assert rows.adds_to_denominator.sum() == number.denominator


def test_a_metric_without_rows_has_none(warehouse):
    assert rows_behind(warehouse, "days_in_ar_gross", WEEK, None) is None


def test_a_location_narrows_the_number_and_its_rows(warehouse):
    everywhere, elm = (values(warehouse, "charged", [WEEK], place)[0].value for place in (None, "loc-elm"))
    assert (everywhere, elm) == (300_00, 210_00)


def test_every_tile_is_in_the_catalogue(warehouse):
    assert set(TILES) <= set(catalogue(warehouse))


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
     (110, 0, "count", None), (None, 0.2, "ratio", None), (0.2, None, "ratio", None)],
)  # fmt: skip
def test_a_change_is_in_the_units_of_its_metric(now, before, unit, text):
    assert change(now, before, unit) == text


def test_a_band_is_shown_only_where_something_is_unresolved(warehouse):
    rate = values(warehouse, "no_show_rate_due", [WEEK], "loc-elm")[0]
    assert band(rate, "ratio", USD) == "25.0% to 50.0%"
    elsewhere = values(warehouse, "no_show_rate_due", [WEEK], "loc-oak")[0]
    assert band(elsewhere, "ratio", USD) == ""
