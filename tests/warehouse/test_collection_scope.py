"""What is in a collection rate and what is not: money that waits, charges that are no services, places, imports."""

from __future__ import annotations

from datetime import date

import pytest

from tests.warehouse.till import Till, amounts, rate

pytestmark = pytest.mark.warehouse

JAN, FEB, MARCH = ((date(2026, month, 1), date(2026, month, last)) for month, last in ((1, 31), (2, 28), (3, 31)))
PAYER = "payer:y1"


def land(landing):
    _overpaid(Till(landing, "overpaid"))
    _earns(Till(landing, "overpaid-interest"))
    _prepaid(Till(landing, "prepaid"))
    _other_kinds(Till(landing, "other-kinds"))
    _cash_only(Till(landing, "cash-only"))
    _two_places(Till(landing, "large"), Till(landing, "small"))


def net(warehouse, place, period, **slice_):
    return rate(warehouse, "net_collection_rate_cohort", place, *period, **slice_)


def gross(warehouse, place, period):
    return rate(warehouse, "gross_collection_rate_cohort", place, *period)


def of_period(warehouse, place, period):
    return rate(warehouse, "net_collection_rate_period", place, *period)


def test_interest_of_a_payer_is_income_and_no_collected_cash(warehouse):
    assert amounts(warehouse, "collected", "overpaid-interest", *FEB) == (50_00, None)


def _earns(till):
    charge = till.charge(50_00, date(2026, 1, 5), payer_id="y1")
    till.paid(charge, 50_00, date(2026, 2, 3))
    till.earn("y1", 1_25, date(2026, 2, 3))


def _overpaid(till):
    charge = till.charge(100_00, date(2026, 3, 3), payer_id="y1")
    payment = till.pay(120_00, date(2026, 3, 20), PAYER)
    till.apply(payment, charge, 100_00, date(2026, 3, 20))
    till.excess(payment, 20_00, date(2026, 3, 20))


def test_a_payer_who_pays_too_much_collects_100_per_cent_and_not_120(warehouse):
    assert net(warehouse, "overpaid", MARCH) == of_period(warehouse, "overpaid", MARCH) == 1.0
    assert amounts(warehouse, "collected", "overpaid", *MARCH) == (120_00, None)
    assert amounts(warehouse, "unapplied_credit", "overpaid", MARCH[1]) == (20_00, None)
    assert amounts(warehouse, "ar_open", "overpaid", MARCH[1]) == (None, None)


def _prepaid(till):
    payment = till.pay(100_00, date(2026, 1, 10))
    till.apply(payment, till.charge(100_00, date(2026, 2, 5)), 100_00, date(2026, 2, 5))


def test_money_before_its_charge_waits_and_counts_from_when_it_is_applied(warehouse):
    assert amounts(warehouse, "collected", "prepaid", *JAN) == (100_00, None)
    assert amounts(warehouse, "unapplied_credit", "prepaid", JAN[1]) == (100_00, None)
    assert of_period(warehouse, "prepaid", JAN) is None
    assert of_period(warehouse, "prepaid", FEB) == net(warehouse, "prepaid", FEB) == 1.0
    assert amounts(warehouse, "unapplied_credit", "prepaid", FEB[1]) == (None, None)
    assert amounts(warehouse, "ar_credit", "prepaid", JAN[1]) == (None, None)


def _cash_only(till):
    till.paid(till.charge(100_00, date(2026, 1, 5)), 100_00, date(2026, 3, 5))


def test_a_month_without_charges_has_no_rate_however_much_came_in(warehouse):
    assert amounts(warehouse, "net_collection_rate_period", "cash-only", *MARCH) == (100_00, 0)
    assert of_period(warehouse, "cash-only", MARCH) is None
    assert net(warehouse, "cash-only", MARCH) is None


def _other_kinds(till):
    for kind, amount, day in (("service", 100_00, 3), ("product", 30_00, 4), ("missed_visit", 50_00, 5)):
        charge = till.charge(amount, date(2026, 3, day), kind=kind)
        till.paid(charge, amount if kind != "service" else 80_00, date(2026, 3, day))


def test_products_and_missed_visit_fees_are_in_no_collection_rate(warehouse):
    assert net(warehouse, "other-kinds", MARCH) == gross(warehouse, "other-kinds", MARCH) == 0.8
    assert of_period(warehouse, "other-kinds", MARCH) == 0.8
    assert amounts(warehouse, "collected_applied", "other-kinds", *MARCH) == (160_00, None)
    assert amounts(warehouse, "charged", "other-kinds", *MARCH) == (180_00, None)


def _two_places(large, small):
    for till, charged, paid in ((large, 900_00, 900_00), (small, 100_00, 0)):
        charge = till.charge(charged, date(2026, 3, 3))
        if paid:
            till.paid(charge, paid, date(2026, 3, 4))


def test_the_rate_of_two_places_is_of_their_sums_and_not_the_mean_of_their_rates(warehouse):
    assert (net(warehouse, "large", MARCH), net(warehouse, "small", MARCH)) == (1.0, 0.0)
    both = """select sum(numerator) / sum(denominator) from marts.metric_daily
        where metric = 'net_collection_rate_cohort' and location_id in ('large', 'small')"""
    assert warehouse(both) == [(0.9,)]


def test_an_imports_postings_are_in_no_collection_rate_for_it_does_not_say_what_money_is_for(warehouse):
    metrics = "select distinct source from marts.metric_daily where metric like '%collection_rate%'"
    assert warehouse(metrics) == [("record",)]
