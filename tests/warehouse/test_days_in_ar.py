"""Days in AR: one formula, its variants, and the answers printed for them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

pytestmark = pytest.mark.warehouse

QUARTER_END = date(2026, 3, 31)
PRINTED = Path(__file__).parents[3] / "shared" / "data" / "ar_worked" / "monthly_raw.csv"


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
    shown = dbt("show", "--inline", "select {{ days_in_ar(42000, 40000, 31) }} as march").results[0].agate_table
    assert round(float(shown.rows[0]["march"]), 2) == 32.55


def test_twelve_real_months_give_the_days_that_their_publisher_printed(built, dbt):
    if not PRINTED.exists():
        pytest.skip("The published months (ar_worked) are not on this machine.")
    inline = f"""select date, round({{{{ days_in_ar('ending_ar', 'gross_charges', 'days_of_month') }}}}) as days
        from (select *, day(last_day(date)) as days_of_month from read_csv('{PRINTED}')) order by date"""
    shown = dbt("show", "--limit", "12", "--inline", inline).results[0].agate_table
    assert [int(row["days"]) for row in shown.rows] == [27, 30, 40, 30, 51, 46, 37, 33, 37, 34, 32, 37]
