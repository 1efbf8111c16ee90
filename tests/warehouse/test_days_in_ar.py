"""Days in AR: one formula, its variants, and the answers printed for them."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest

pytestmark = pytest.mark.warehouse

QUARTER_END = date(2026, 3, 31)
DATA = Path(__file__).parents[3] / "shared" / "data"


def land(landing):
    """Charges 20k, 30k, 40k; contractual 30k; 24k paid, so that 42k are open and 6k in credit; 14k expected contractual."""
    books = landing.books("quarter")
    for month, charged, paid in ((1, 20_000_00, 16_000_00), (2, 30_000_00, 8_000_00), (3, 40_000_00, 0)):
        day, charge = date(2026, month, 1), f"q{month}"
        owed = [books.owe(charge, "client:c1", amount, service_date=day) for amount in (charged, -10_000_00, -paid)]
        books.post(day, "charge", owed[0], {"account": "4000", "amount": -charged})
        books.post(day, "adjustment", owed[1], {"account": "4100", "amount": 10_000_00})
        if paid:
            books.post(day, "allocation", owed[2], {"account": "2100", "amount": paid})
    books.post(
        date(2026, 3, 5), "charge", {"account": "4105", "amount": 14_000_00}, {"account": "1190", "amount": -14_000_00}
    )


def days(warehouse, metric, day=QUARTER_END):
    return warehouse(
        """select round(sum(numerator) / nullif(sum(denominator), 0), 2) from marts.metric_daily
        where source = 'quarter' and metric = ? and metric_date = ?""",
        metric, day,
    )[0][0]  # fmt: skip


def test_the_worked_quarter_gives_each_variant_as_printed(warehouse):
    assert days(warehouse, "days_in_ar_gross") == 42.0
    assert days(warehouse, "days_in_ar_gross_net_of_credits") == 36.0
    assert days(warehouse, "days_in_ar_adjusted") == 63.0
    assert days(warehouse, "days_in_ar_net") == 42.0


def test_a_charge_counts_for_ninety_days_with_its_own(warehouse):
    # What was charged on 1 January is in the window that ends on 31 March, and out of the one that ends on 1 April.
    assert days(warehouse, "days_in_ar_gross", date(2026, 4, 1)) == 54.0


def test_nothing_charged_in_the_window_gives_no_days_rather_than_zero(warehouse):
    assert days(warehouse, "days_in_ar_gross", date(2026, 6, 29)) is None


def test_the_window_is_a_parameter_so_that_march_alone_has_its_answer(built, dbt):
    assert answers(dbt, "{{ days_in_ar(42000, 40000, 31) }}") == [(32.55,)]


def answers(dbt, *expressions, rows=None):
    """What the project's own macros make of numbers: one row of values, or one for each of `rows` (a relation)."""
    columns = ", ".join(f"round({expression}, 4) as v{number}" for number, expression in enumerate(expressions))
    inline = f"select {columns}{f' from {rows}' if rows else ''}"
    shown = dbt("show", "--limit", "100", "--inline", inline).results[0].agate_table
    return [tuple(None if value is None else float(value) for value in row) for row in shown.rows]


def real(name):
    """Months that somebody published: a relation in order, with days_of_month."""
    if not (DATA / "ar_worked").exists():
        pytest.skip("The published months (ar_worked) are not on this machine.")
    return (
        f"(select *, day(last_day(date)) as days_of_month from read_csv('{DATA / 'ar_worked' / name}') order by date)"
    )


def test_twelve_real_months_give_the_days_that_their_publisher_printed(built, dbt):
    months = answers(
        dbt, "{{ days_in_ar('ending_ar', 'gross_charges', 'days_of_month') }}", rows=real("monthly_raw.csv")
    )
    assert [round(days) for (days,) in months] == [27, 30, 40, 30, 51, 46, 37, 33, 37, 34, 32, 37]


def test_a_real_quarter_has_days_of_its_own_and_not_the_mean_of_its_months(built, dbt):
    quarters = f"""(
        select arg_max(ending_ar, date) as ending_ar, sum(gross_charges) as charges, sum(days_of_month) as days
        from {real("monthly_raw.csv")} group by quarter(date) order by quarter(date))"""
    found = [days for (days,) in answers(dbt, "{{ days_in_ar('ending_ar', 'charges', 'days') }}", rows=quarters)]
    # 253,976.56 × 91 / 822,368.88; the months of that quarter have 27.43, 29.99 and 39.63, whose mean is 32.35.
    assert found[0] == 28.104
    assert len(found) == 4


def test_sixteen_real_months_give_days_and_net_collection_as_worked_out_elsewhere(built, dbt):
    found = answers(
        dbt,
        "{{ days_in_ar('ending_ar', 'gross_charges', 'days_of_month') }}",
        "100 * {{ collection_rate('collections', 'gross_charges', contractual='adjustments') }}",
        rows=real("cppm_ex.csv"),
    )
    expected = json.loads((DATA / "expected.json").read_text())["dar_cppm"]
    assert found == [(month["dar"], month["ncr"]) for month in expected]


# The printed row's name → each macro call of ours with the row's inputs in it, and its printed answer.
WORKED = {
    "DAR-AAFP": {"days_in_ar('{receivables} - {credit_balance}', '{gross_charges}', {days})": 39.5417},
    "DAR-FORAGER": {"days_in_ar({earb}, {gct}, {ndip})": 12.9},
    "ACR-AAFP": {"collection_rate({payments}, {charges}, {refunds_credits}, {writeoffs})": 0.972},
    "GCR-UNISLINK": {"collection_rate({payments}, {charges})": 0.5},
    "DEN-AAFP": {"share({denied}, {submitted})": 0.1},
    # The printed capacity of 27.2 hours, and the 22 booked with the printed gap of 5.2, are where the goal is reached.
    "UTIL-CARETRICS": {
        "share({booked_hours}, {available_hours})": 0.6875,
        "share(27.2, {available_hours})": 0.85,
        "share('{booked_hours} + 5.2', {available_hours})": 0.85,
    },
}
ELSEWHERE = {"DAR-FORAGER-M": "the twelve months above", "M4-WEEKLY-NAIVE": "a forecast", "HOSP-SNAIVE": "a forecast"}


def test_every_worked_example_in_print_gives_its_answer_by_the_same_macros(built, dbt):
    file = DATA / "printed_answers" / "worked_examples.csv"
    if not file.exists():
        pytest.skip("The published examples (printed_answers) are not on this machine.")
    with file.open(newline="") as lines:
        rows = {row["id"]: row for row in csv.DictReader(lines)}
    assert set(rows) == WORKED.keys() | ELSEWHERE.keys()
    calls, printed = [], []
    for name, examples in WORKED.items():
        inputs = dict(pair.strip().split("=") for pair in rows[name]["inputs"].split(";"))
        calls += ["{{ " + call.format(**inputs) + " }}" for call in examples]
        printed += examples.values()
    assert answers(dbt, *calls) == [tuple(printed)]


def test_charges_that_a_contract_wiped_out_give_no_days(built, dbt):
    assert answers(dbt, "{{ days_in_ar(42000, '90000 - 90000', 90) }}") == [(None,)]
