"""How much of what was earned has come in: by month of service and by period."""

from __future__ import annotations

from datetime import date

import pytest

from tests.warehouse.till import Till, amounts, rate

pytestmark = pytest.mark.warehouse

JAN, FEB, MARCH, APRIL, MAY = (
    (date(2026, month, 1), date(2026, month, last)) for month, last in ((1, 31), (2, 28), (3, 31), (4, 30), (5, 31))
)
PAYER, CLIENT = "payer:y1", "client:c1"
WRITE_OFFS = ("courtesy", "small_balance", "charity", "denial", "bad_debt")


def land(landing):
    for place, case in {
        "worked": _worked, "refunded": _refunded, "voided": _voided, "taken-back": _taken_back, "moved": _moved,
        "written-off": _written_off, "late-contract": _late_contract, "estimated": _estimated,
        "second-payer": _second_payer,
    }.items():  # fmt: skip
        case(Till(landing, place))


def net(warehouse, place, period, **slice_):
    return rate(warehouse, "net_collection_rate_cohort", place, *period, **slice_)


def gross(warehouse, place, period):
    return rate(warehouse, "gross_collection_rate_cohort", place, *period)


def of_period(warehouse, place, period):
    return rate(warehouse, "net_collection_rate_period", place, *period)


# --- the worked quarter -----------------------------------------------------------------------------------------------


def _worked(till):
    """Charges of 7,000, 14,000 and 4,000, of which contracts allow 6,000, 12,000 and 3,000. Money as golden case 5 has it."""
    jan, feb, march = (
        till.charge(amount, date(2026, month, 5), payer_id="y1")
        for month, amount in ((1, 7_000_00), (2, 14_000_00), (3, 4_000_00))
    )
    for charge, denied in ((jan, 1_000_00), (feb, 2_000_00), (march, 1_000_00)):
        till.adjust(charge, PAYER, "contractual", denied, charge["service_date"])
    till.paid(jan, 1_000_00, date(2026, 1, 20))
    till.paid(jan, 3_000_00, date(2026, 2, 10))
    till.paid(jan, 1_700_00, date(2026, 3, 10))
    till.paid(feb, 2_000_00, date(2026, 2, 20))
    payment = till.pay(7_000_00, date(2026, 3, 12), PAYER)
    allocation = till.apply(payment, feb, 7_000_00, date(2026, 3, 12))
    till.take_back(allocation, date(2026, 3, 20))
    till.adjust(feb, PAYER, "courtesy", 200_00, date(2026, 3, 20))
    till.apply(payment, feb, 6_800_00, date(2026, 3, 20))
    till.excess(payment, 200_00, date(2026, 3, 20))
    till.refund(payment, 200_00, date(2026, 3, 20))
    till.paid(march, 500_00, date(2026, 3, 25))
    till.adjust(jan, PAYER, "bad_debt", 300_00, date(2026, 4, 15))


def test_the_worked_quarter_by_period_and_by_cohort_has_the_printed_answers(warehouse):
    assert amounts(warehouse, "net_collection_rate_period", "worked", *MARCH) == (9_000_00, 3_000_00)  # 300 %
    assert [net(warehouse, "worked", month) for month in (JAN, FEB, MARCH)] == [0.95, 0.7333, 0.1667]
    assert net(warehouse, "worked", (JAN[0], MARCH[1])) == 0.7143


def test_a_bad_debt_in_april_leaves_januarys_95_per_cent_since_it_was_earned_and_lost(warehouse):
    assert amounts(warehouse, "write_offs", "worked", *APRIL) == (300_00, None)
    assert net(warehouse, "worked", JAN) == 0.95


def test_gross_rates_divide_by_the_full_fee(warehouse):
    assert gross(warehouse, "worked", JAN) == round(5_700 / 7_000, 4)
    assert rate(warehouse, "gross_collection_rate_period", "worked", *MARCH) == round(9_000 / 4_000, 4)


# --- money that goes back, and charges that fall ------------------------------------------------------------------------


def _refunded(till):
    charge = till.charge(100_00, date(2026, 2, 3))
    payment = till.pay(100_00, date(2026, 2, 3))
    allocation = till.apply(payment, charge, 100_00, date(2026, 2, 3))
    on = date(2026, 3, 9)
    till.take_back(allocation, on)
    till.adjust(charge, CLIENT, "courtesy", 30_00, on)
    till.apply(payment, charge, 70_00, on)
    till.refund(payment, 30_00, on)
    till.charge(50_00, on)


def test_a_refund_of_applied_money_lowers_the_period_that_it_falls_in_and_the_cohort_it_was_for(warehouse):
    assert of_period(warehouse, "refunded", FEB) == 1.0
    assert amounts(warehouse, "net_collection_rate_period", "refunded", *MARCH) == (-30_00, 50_00)
    # The courtesy forgives the client, not the practice: the fee stays in both denominators.
    assert (net(warehouse, "refunded", FEB), gross(warehouse, "refunded", FEB)) == (0.7, 0.7)


def _voided(till):
    kept, dropped = (till.charge(100_00, date(2026, 2, 3), payer_id="y1", estimate=20_00) for _ in range(2))
    till.paid(kept, 60_00, date(2026, 2, 10))
    payment = till.pay(80_00, date(2026, 2, 10), PAYER)
    allocation = till.apply(payment, dropped, 80_00, date(2026, 2, 10))
    till.take_back(allocation, date(2026, 3, 2))
    till.void(dropped, date(2026, 3, 2))


def test_a_charge_voided_in_a_later_month_is_negative_there_and_gone_from_its_cohort(warehouse):
    assert amounts(warehouse, "charged", "voided", *FEB) == (200_00, None)
    assert amounts(warehouse, "charged", "voided", *MARCH) == (-100_00, None)
    # 60 of 80 allowed: neither the void charge, its estimate nor the money once applied to it is left.
    assert amounts(warehouse, "net_collection_rate_cohort", "voided", *FEB) == (60_00, 80_00)


def test_a_void_takes_back_from_the_period_what_the_earlier_one_had(warehouse):
    assert amounts(warehouse, "net_collection_rate_period", "voided", *FEB) == (140_00, 200_00)
    assert amounts(warehouse, "net_collection_rate_period", "voided", *MARCH) == (-80_00, -100_00)


def _taken_back(till):
    wrong, right = till.charge(100_00, date(2026, 1, 5)), till.charge(100_00, date(2026, 2, 5))
    payment = till.pay(60_00, date(2026, 2, 6))
    till.take_back(till.apply(payment, wrong, 60_00, date(2026, 2, 6)), date(2026, 3, 1))
    till.apply(payment, right, 60_00, date(2026, 3, 1))


def test_money_moved_to_another_charge_moves_to_its_cohort_and_leaves_the_period_as_it_was(warehouse):
    assert [net(warehouse, "taken-back", month) for month in (JAN, FEB)] == [0.0, 0.6]
    assert amounts(warehouse, "collected_applied", "taken-back", *MARCH) == (None, None)
    assert amounts(warehouse, "collected_applied", "taken-back", *FEB) == (60_00, None)


# --- who owes, and what is not owed ---------------------------------------------------------------------------------------


def _moved(till):
    charge = till.charge(100_00, date(2026, 2, 3), payer_id="y1")
    till.paid(charge, 80_00, date(2026, 3, 2))
    till.move(charge, PAYER, CLIENT, 20_00, date(2026, 3, 3))
    till.paid(charge, 15_00, date(2026, 4, 1), CLIENT)


def test_what_the_client_pays_of_a_payers_charge_counts_for_the_payer_that_was_asked_first(warehouse):
    assert net(warehouse, "moved", FEB, payer_id="y1") == 0.95
    assert net(warehouse, "moved", FEB) == 0.95


def _written_off(till):
    for number, kind in enumerate(WRITE_OFFS, 1):
        charge = till.charge(100_00, date(2026, number, 3))
        till.adjust(charge, CLIENT, kind, 40_00, date(2026, number, 20))
        till.paid(charge, 60_00, date(2026, number, 21))
    contracted = till.charge(100_00, date(2026, 6, 3), payer_id="y1")
    till.adjust(contracted, PAYER, "contractual", 40_00, date(2026, 6, 20))
    till.paid(contracted, 60_00, date(2026, 6, 21))


@pytest.mark.parametrize("month", range(1, 6), ids=WRITE_OFFS)
def test_a_write_off_of_any_class_but_contractual_stays_in_the_denominator(warehouse, month):
    period = date(2026, month, 1), date(2026, month, 28)
    assert net(warehouse, "written-off", period) == 0.6
    assert amounts(warehouse, "write_offs", "written-off", *period) == (40_00, None)


def test_what_the_contract_does_not_allow_leaves_the_net_denominator_and_stays_in_the_gross_one(warehouse):
    june = date(2026, 6, 1), date(2026, 6, 30)
    assert (net(warehouse, "written-off", june), gross(warehouse, "written-off", june)) == (1.0, 0.6)
    assert amounts(warehouse, "contractual_adjustments", "written-off", *june) == (40_00, None)
    assert amounts(warehouse, "write_offs", "written-off", *june) == (None, None)


def _late_contract(till):
    early, late = (till.charge(100_00, date(2026, month, 3), payer_id="y1") for month in (1, 5))
    till.adjust(early, PAYER, "contractual", 40_00, date(2026, 5, 10))
    till.paid(early, 60_00, date(2026, 5, 10))
    assert late


def test_an_adjustment_months_later_lowers_its_own_period_and_its_charges_cohort(warehouse):
    assert of_period(warehouse, "late-contract", JAN) == 0.0
    assert of_period(warehouse, "late-contract", MAY) == 1.0  # 60 of 100 − 40: the cash is January's
    assert [net(warehouse, "late-contract", month) for month in (JAN, MAY)] == [1.0, 0.0]


def _estimated(till):
    settled, young = (till.charge(150_00, date(2026, month, 5), payer_id="y1", estimate=40_00) for month in (3, 5))
    till.adjust(settled, PAYER, "contractual", 35_00, date(2026, 4, 2), estimate=40_00)
    till.paid(settled, 115_00, date(2026, 4, 2))
    till.paid(young, 55_00, date(2026, 5, 20))


def test_a_young_cohort_divides_by_what_the_contract_will_allow(warehouse):
    assert amounts(warehouse, "net_collection_rate_cohort", "estimated", *MAY) == (55_00, 110_00)
    assert gross(warehouse, "estimated", MAY) == round(55 / 150, 4)


def test_a_remittance_puts_the_adjustment_in_place_of_its_estimate_never_beside_it(warehouse):
    assert amounts(warehouse, "net_collection_rate_cohort", "estimated", *MARCH) == (115_00, 115_00)


def test_a_period_counts_adjustments_when_posted_and_no_estimates(warehouse):
    assert amounts(warehouse, "net_collection_rate_period", "estimated", *MARCH) == (0, 150_00)
    assert amounts(warehouse, "net_collection_rate_period", "estimated", *APRIL) == (115_00, -35_00)


def _second_payer(till):
    charge = till.charge(100_00, date(2026, 3, 3), payer_id="y1")
    till.move(charge, PAYER, "payer:y2", 30_00, date(2026, 3, 10))
    till.adjust(charge, "payer:y2", "contractual", 10_00, date(2026, 3, 12))
    till.paid(charge, 70_00, date(2026, 3, 14))
    till.paid(charge, 20_00, date(2026, 3, 15), "payer:y2")


def test_a_second_payers_adjustment_stands_with_that_payer_and_the_whole_is_right(warehouse):
    assert net(warehouse, "second-payer", MARCH) == 1.0
    assert amounts(warehouse, "net_collection_rate_cohort", "second-payer", *MARCH, payer_id="y1") == (90_00, 100_00)
    assert amounts(warehouse, "net_collection_rate_cohort", "second-payer", *MARCH, payer_id="y2") == (0, -10_00)
