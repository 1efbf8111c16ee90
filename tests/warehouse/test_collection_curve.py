"""How the money for a month's services comes in, by age."""

from __future__ import annotations

from datetime import date

import pytest

from tests.warehouse.till import Till, rate

pytestmark = pytest.mark.warehouse


def land(landing):
    _leap(Till(landing, "leap"))
    _aged(Till(landing, "aged"))


def curve(warehouse, place, month):
    return warehouse(
        """select age_months, sum(net_charged_minor)::bigint, sum(applied_minor)::bigint from marts.collection_curve
        where location_id = ? and cohort_month = ? group by 1 order by 1""",
        place, month,
    )  # fmt: skip


def _aged(till):
    charge = till.charge(100_00, date(2026, 1, 15), payer_id="y1", estimate=20_00)
    till.paid(charge, 30_00, date(2026, 1, 31))
    till.paid(charge, 40_00, date(2026, 3, 1))
    gone = till.charge(70_00, date(2026, 1, 16))
    allocation = till.paid(gone, 70_00, date(2026, 1, 20))
    till.take_back(allocation, date(2026, 4, 2))
    till.void(gone, date(2026, 4, 2))
    early = till.pay(50_00, date(2026, 3, 20))
    till.apply(early, till.charge(50_00, date(2026, 4, 10), posted=date(2026, 3, 20)), 50_00, date(2026, 3, 20))
    old = till.charge(100_00, date(2024, 1, 10))
    till.paid(old, 60_00, date(2026, 1, 31))
    till.paid(old, 40_00, date(2026, 2, 1))
    till.charge(100_00, date(2026, 6, 1))


def test_the_curve_cumulates_and_a_charge_that_fell_later_never_was_in_it(warehouse):
    # Ages 0 to 4 of January have passed; age 5 ends today.
    assert curve(warehouse, "aged", date(2026, 1, 1)) == [
        (0, 80_00, 30_00), (1, 80_00, 30_00), (2, 80_00, 70_00), (3, 80_00, 70_00), (4, 80_00, 70_00),
    ]  # fmt: skip


def test_money_that_came_before_the_service_is_there_at_age_0(warehouse):
    assert curve(warehouse, "aged", date(2026, 4, 1)) == [(0, 50_00, 50_00), (1, 50_00, 50_00)]


def test_the_curve_ends_after_24_months_and_holds_no_month_that_is_not_over(warehouse):
    assert curve(warehouse, "aged", date(2024, 1, 1))[-1] == (24, 100_00, 60_00)
    assert curve(warehouse, "aged", date(2026, 6, 1)) == []


def _leap(till):
    till.paid(till.charge(100_00, date(2024, 2, 29), posted=date(2024, 3, 1)), 90_00, date(2024, 3, 1))


def test_a_service_on_a_leap_day_is_of_february_though_charged_and_paid_in_march(warehouse):
    february, march = (date(2024, 2, 29), date(2024, 2, 29)), (date(2024, 3, 1), date(2024, 3, 31))
    assert tuple(rate(warehouse, "net_collection_rate_cohort", "leap", *month) for month in (february, march)) == (
        0.9,
        None,
    )
    assert rate(warehouse, "net_collection_rate_period", "leap", *march) == 0.9
    assert curve(warehouse, "leap", date(2024, 2, 1))[:3] == [(0, 100_00, 0), (1, 100_00, 90_00), (2, 100_00, 90_00)]
