"""What was charged, asked for and paid, and what a visit and an hour of care bring on each of the three bases."""

from __future__ import annotations

from datetime import date
from statistics import median

import pytest

from tests.warehouse.till import Till, amounts, rate

pytestmark = pytest.mark.warehouse

# Days of its own, so that these visits are in nobody else's numbers.
AUGUST, SEPTEMBER = (date(2025, 8, 1), date(2025, 8, 31)), (date(2025, 9, 1), date(2025, 9, 30))
LAGS = [0, 1, 4, 9]


def land(landing):
    landing.record("clients", {"client_id": "r1", "location_id": "l1", "referral_source_id": None})
    _three_bases(landing, Till(landing, "bases"))
    _invoices(Till(landing, "paper"))
    _lags(Till(landing, "lags"))
    _money_back(Till(landing, "back"))
    _shared(Till(landing, "shared"))
    _deposit(landing.books("deposits"))
    _bank(Till(landing, "bank"))
    _group(landing, Till(landing, "group"))


def _kept(landing, day, place, client="r1", appointment=None):
    """A visit of 50 minutes from noon, by the clock on the wall too, that took place."""
    known = {"appointment_id": appointment} if appointment else {}
    landing.visit(day, "completed", location_id=place, client_id=client, **known)
    newest = landing.batches["record", "appointments"][-1]
    hours = {"wall_start": newest["starts_at"], "wall_end": newest["ends_at"], "duration_minutes": 50, "zone": "UTC"}
    landing.record("appointments", newest | hours)


def _three_bases(landing, till):
    """Three visits kept of four, each charged 100; one missed and charged 40; a product. 300 asked for, 250 paid."""
    charges = []
    for day in (4, 5, 6):
        _kept(landing, date(2025, 8, day), "bases")
        charges.append(till.charge(100_00, date(2025, 8, day)))
    landing.visit(date(2025, 8, 7), "no_show", location_id="bases", client_id="r1")
    fee = till.charge(40_00, date(2025, 8, 7), kind="missed_visit")
    product = till.charge(25_00, date(2025, 8, 7), kind="product")
    till.invoice([(charges[0], 90_00), (charges[1], 60_00), (fee, 40_00)], date(2025, 8, 20))
    for charge, paid in ((charges[0], 90_00), (charges[1], 100_00), (fee, 40_00), (product, 25_00)):
        till.paid(charge, paid, date(2025, 8, 25))


def test_a_visit_brings_what_its_services_bring_on_each_basis(warehouse):
    # 300, 150 and 190 over three visits kept: the fee, the product and the missed visit are in neither.
    for basis, income in (("charged", 300_00), ("invoiced", 150_00), ("collected", 190_00)):
        assert amounts(warehouse, f"revenue_per_visit_{basis}", "bases", *AUGUST) == (income, 3)


def test_an_hour_brings_the_same_income_over_the_time_that_was_kept(warehouse):
    # Three visits of 50 minutes, outside any hours: 300 / 2.5 h = 120.
    for basis, per_hour in (("charged", 120_00), ("invoiced", 60_00), ("collected", 76_00)):
        assert rate(warehouse, f"revenue_per_hour_{basis}", "bases", *AUGUST) == per_hour


def test_the_three_bases_of_the_whole_are_three_numbers(warehouse):
    found = {
        metric: amounts(warehouse, metric, "bases", *AUGUST)[0]
        for metric in ("charged", "invoiced", "collected_applied")
    }
    assert found == {"charged": 365_00, "invoiced": 190_00, "collected_applied": 255_00}


def _group(landing, till):
    for client in ("r1", "c1"):
        _kept(landing, date(2025, 8, 12), "group", client, "r-group")
        till.charge(60_00, date(2025, 8, 12), client_id=client)


def test_a_group_is_two_visits_and_one_time_of_its_provider(warehouse):
    assert amounts(warehouse, "revenue_per_visit_charged", "group", *AUGUST) == (120_00, 2)
    assert amounts(warehouse, "revenue_per_hour_charged", "group", *AUGUST) == (120_00 * 60, 50)


def test_an_import_with_visits_and_no_money_has_no_income_per_visit_rather_than_none_of_it(warehouse):
    found = "select distinct source from marts.metric_daily where metric like 'revenue_per_%'"
    assert warehouse(found) == [("record",)]


def _invoices(till):
    charge, other = till.charge(100_00, date(2025, 8, 4)), till.charge(80_00, date(2025, 8, 5))
    till.invoice([(charge, 100_00), (other, 80_00)], date(2025, 8, 10), status="void")
    till.invoice([(charge, 100_00)], date(2025, 9, 2))


def test_an_invoice_taken_back_counts_on_no_day_and_its_charge_when_it_is_asked_for_again(warehouse):
    assert amounts(warehouse, "invoiced", "paper", *AUGUST) == (None, None)
    assert amounts(warehouse, "invoiced", "paper", *SEPTEMBER) == (100_00, None)
    lines = (
        "select is_void, sum(amount_minor)::bigint from marts.fct_invoice_lines where location_id = 'paper' group by 1"
    )
    assert sorted(warehouse(lines)) == [(False, 100_00), (True, 180_00)]


def _lags(till):
    for lag in LAGS:
        till.charge(100_00, date(2025, 8, 20 - lag), posted=date(2025, 8, 20))
    till.charge(100_00, date(2025, 7, 1), posted=date(2025, 8, 20), kind="product")
    till.charge(100_00, date(2025, 7, 2), posted=date(2025, 8, 20), kind="missed_visit")
    wrong = till.charge(100_00, date(2025, 7, 3), posted=date(2025, 8, 20))
    till.void(wrong, date(2025, 8, 21))


def test_the_median_lag_of_an_even_count_is_between_the_two_in_the_middle(warehouse):
    ((day, where, lag),) = warehouse(
        "select rows_date, rows_where, rows_numerator from marts.metric_catalogue where metric = 'charge_lag_days_median'"
    )
    found = warehouse(
        f"select median({lag}) from marts.fct_charges where location_id = 'lags' and {where} and {day} between ? and ?", *AUGUST
    )  # fmt: skip
    assert found == [(median(LAGS),)] == [(2.5,)]


def _money_back(till):
    charge = till.charge(100_00, date(2025, 8, 4))
    payment = till.pay(150_00, date(2025, 8, 5))
    till.apply(payment, charge, 100_00, date(2025, 8, 5))
    till.refund(payment, 50_00, date(2025, 9, 1))
    till.void_payment(till.pay(70_00, date(2025, 8, 6)), date(2025, 9, 3))
    waived = till.charge(20_00, date(2025, 8, 7))
    till.unadjust(till.adjust(waived, "client:c1", "courtesy", 20_00, date(2025, 8, 8)), date(2025, 9, 4))


def test_a_refund_is_money_paid_back_and_a_voided_payment_is_none(warehouse):
    assert amounts(warehouse, "refunds", "back", *SEPTEMBER) == (50_00, None)
    assert amounts(warehouse, "collected", "back", *AUGUST) == (220_00, None)
    assert amounts(warehouse, "collected", "back", *SEPTEMBER) == (-120_00, None)


def test_a_write_off_that_is_reversed_is_negative_when_it_is(warehouse):
    assert amounts(warehouse, "write_offs", "back", *AUGUST) == (20_00, None)
    assert amounts(warehouse, "write_offs", "back", *SEPTEMBER) == (-20_00, None)


def _shared(till):
    first = till.charge(100_00, date(2025, 8, 4), provider_id="p1")
    second = till.charge(80_00, date(2025, 8, 4), provider_id="p2", service_id="s2")
    payment = till.pay(150_00, date(2025, 8, 5))
    till.apply(payment, first, 100_00, date(2025, 8, 5))
    till.apply(payment, second, 50_00, date(2025, 8, 5))


def test_one_payment_for_two_providers_is_each_ones_by_what_was_applied(warehouse):
    for provider, applied in (("p1", 100_00), ("p2", 50_00)):
        assert amounts(warehouse, "collected_applied", "shared", *AUGUST, provider_id=provider) == (applied, None)
        # Money as received is nobody's: it has a place and a payer, no provider.
        assert amounts(warehouse, "collected", "shared", *AUGUST, provider_id=provider) == (None, None)
    assert amounts(warehouse, "collected", "shared", *AUGUST) == (150_00, None)


def _bank(till):
    """A package of 100 of which 60 expired; 90 of card money reaches the bank less 3; the drawer is 2 short."""
    package = till.pay(100_00, date(2025, 8, 5), method="card")
    till.sell_package(package, 100_00, date(2025, 8, 5))
    till.expire_package(package, 60_00, date(2025, 8, 30))
    till.pay(10_00, date(2025, 8, 6), method="cash")
    till.pay_out(90_00, 3_00, date(2025, 8, 7))
    till.count_drawer(2_00, date(2025, 8, 7))


def test_what_the_bank_takes_and_the_drawer_lacks_was_collected_all_the_same(warehouse):
    assert amounts(warehouse, "collected", "bank", *AUGUST) == (110_00, None)
    left = warehouse("select method, unapplied_minor from marts.fct_payments where location_id = 'bank' order by 1")
    assert left == [("card", 40_00), ("cash", 10_00)]


def _deposit(books):
    owed = books.owe("d1", "client:c1", 200_00, service_date=date(2025, 8, 20))
    books.post(date(2025, 8, 1), "payment", {"account": "1020", "amount": 50_00}, {"account": "2110", "amount": -50_00})
    books.post(date(2025, 8, 20), "charge", owed, {"account": "4000", "amount": -200_00})
    paid = books.owe("d1", "client:c1", -50_00, service_date=date(2025, 8, 20))
    books.post(date(2025, 8, 20), "allocation", {"account": "2110", "amount": 50_00}, paid)


def test_a_deposit_is_collected_when_taken_and_waits_until_it_is_applied(warehouse):
    def value(metric, first, last):
        return warehouse(
            """select sum(numerator)::bigint from marts.metric_daily
            where source = 'deposits' and metric = ? and metric_date between ? and ?""",
            metric, first, last,
        )[0][0]  # fmt: skip

    assert value("collected", *AUGUST) == 50_00
    assert value("unapplied_credit", date(2025, 8, 19), date(2025, 8, 19)) == 50_00
    assert value("unapplied_credit", date(2025, 8, 20), date(2025, 8, 20)) is None
    assert value("ar_open", date(2025, 8, 20), date(2025, 8, 20)) == 150_00
