"""What is not asked for any more by class, cash against earlier income, and how soon things are charged and invoiced.

Worked out by hand: the definitions are HFMA's (MAP keys, claim integrity task force); the amounts are ours.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from .till import Till, amounts, rate

pytestmark = pytest.mark.warehouse
GIVEN_UP, EARLIER, SOON = "given-up", "earlier", "soon"
MARCH, MARCH_END, APRIL = date(2026, 3, 2), date(2026, 3, 31), date(2026, 4, 1)
CLIENT, PAYER = "client:c1", "payer:y1"


def land(landing):
    _written_off(Till(landing, GIVEN_UP))
    _collected(Till(landing, EARLIER))
    _late(Till(landing, SOON))
    for number, hours in enumerate((1, 23, 30, 100)):
        seat = landing.visit(MARCH, "completed", location_id=SOON, service_id="s1")
        signed = datetime(2026, 3, 2, 12, 50) + timedelta(hours=hours)
        draft = {"note_id": f"{seat}|1", "attendee_id": seat, "position": 1, "status": "draft"}
        landing.record("notes", draft)
        if number < 3:
            landing.record("notes", draft | {"status": "signed", "signed_at": signed})


def _written_off(till):
    """1,200 charged in March, of it 1,100 for services; 180 contractual, and 50 more expected; 262 of five classes,
    of it 40 that were asked too late; 9 for want of an authorisation are taken back."""
    insured = till.charge(600_00, MARCH, payer_id="y1", estimate=150_00)
    till.charge(200_00, MARCH_END, payer_id="y1", estimate=50_00)
    own = till.charge(300_00, MARCH)
    missed = till.charge(100_00, MARCH, kind="missed_visit")
    day = date(2026, 3, 20)
    till.adjust(insured, PAYER, "contractual", 180_00, day, estimate=150_00)
    till.adjust(insured, PAYER, "denial", 40_00, day, denial_kind="timely_filing")
    back = till.adjust(insured, PAYER, "denial", 9_00, day, denial_kind="no_authorisation")
    till.adjust(insured, PAYER, "denial", 2_00, day)
    till.adjust(missed, CLIENT, "courtesy", 100_00, day)
    small = till.adjust(own, CLIENT, "small_balance", 5_00, day)
    till.adjust(own, CLIENT, "charity", 95_00, day)
    till.adjust(own, CLIENT, "bad_debt", 20_00, day)
    till.unadjust(small, APRIL)
    till.unadjust(back, MARCH_END)


def _collected(till):
    """Net 400, 300 and 200 on the days 90, 60 and 30 before the 1st of April, when 240 come in."""
    first = till.charge(500_00, APRIL - timedelta(90), payer_id="y1", estimate=100_00)
    till.charge(300_00, APRIL - timedelta(60))
    till.charge(200_00, APRIL - timedelta(30))
    till.paid(first, 240_00, APRIL)
    seen = MARCH + timedelta(1)
    visit = till.charge(100_00, seen)
    ahead, at_desk, later = (till.pay(amount, day) for amount, day in (
        (50_00, date(2026, 2, 25)), (20_00, seen), (30_00, date(2026, 3, 20))))  # fmt: skip
    for payment, amount in ((ahead, 50_00), (at_desk, 20_00), (later, 30_00)):
        applied = till.apply(payment, visit, amount, date(2026, 3, 20))
    till.take_back(applied, date(2026, 3, 25))


def _late(till):
    """Services of the 2nd charged 0, 1, 2 and 5 days later; invoiced 0 and 3 days later where no payer is asked."""
    charges = [till.charge(100_00, MARCH, MARCH + timedelta(days)) for days in (0, 1, 2, 5)]
    till.void(till.charge(100_00, MARCH, MARCH + timedelta(9)), MARCH_END)
    insured = till.charge(100_00, MARCH, payer_id="y1")
    till.invoice([(charges[0], 100_00)], MARCH)
    till.invoice([(charges[1], 100_00), (insured, 20_00)], MARCH + timedelta(3))
    till.invoice([(charges[2], 100_00)], MARCH + timedelta(9), status="void")


@pytest.mark.parametrize(("kind", "numerator", "denominator"), [
    ("contractual", 180_00, 1200_00), ("courtesy", 100_00, 1200_00), ("small_balance", 5_00, 1200_00),
    ("charity", 95_00, 1200_00), ("bad_debt", 20_00, 1200_00), ("denial", 42_00, 870_00),
    ("timely_filing", 40_00, 870_00), ("no_authorisation", 0, 870_00), ("avoidable", 40_00, 1020_00),
])  # fmt: skip
def test_each_class_is_over_the_charges_that_the_field_divides_it_by(warehouse, kind, numerator, denominator):
    """Of net service income, 1,100 − 180 − 50, are denials alone."""
    assert amounts(warehouse, f"write_off_rate_{kind}", GIVEN_UP, MARCH, MARCH_END) == (numerator, denominator)


def test_a_reversal_goes_back_to_its_own_class(warehouse):
    assert amounts(warehouse, "write_off_rate_small_balance", GIVEN_UP, APRIL) == (-5_00, 0)


def test_cash_is_over_the_average_of_the_income_30_60_and_90_days_before(warehouse):
    """240 of (400 + 300 + 200) / 3."""
    assert rate(warehouse, "cash_collection_rate", EARLIER, APRIL) == 0.8


def test_money_that_came_by_the_day_of_the_service_was_paid_by_the_visit(warehouse):
    """50 before and 20 at the desk; 30 came later and were taken back. What a payer paid is nobody's at the desk."""
    assert amounts(warehouse, "point_of_service_share", EARLIER, date(2026, 3, 20)) == (70_00, 100_00)
    assert amounts(warehouse, "point_of_service_share", EARLIER, date(2026, 3, 20), MARCH_END) == (70_00, 70_00)
    assert amounts(warehouse, "point_of_service_share", EARLIER, APRIL) == (None, None)


def test_what_is_charged_and_invoiced_soon_is_counted_by_the_next_day_and_within_two(warehouse):
    """The insured one is charged at once, too: 3 of 5 and 4 of 5; its invoice asks for a share alone, and counts not."""
    assert amounts(warehouse, "charged_within_1_day_rate", SOON, MARCH, MARCH_END) == (3, 5)
    assert amounts(warehouse, "charged_within_2_days_rate", SOON, MARCH, MARCH_END) == (4, 5)
    assert amounts(warehouse, "invoiced_within_1_day_rate", SOON, MARCH, MARCH_END) == (1, 2)
    assert amounts(warehouse, "invoiced_within_2_days_rate", SOON, MARCH, MARCH_END) == (1, 2)
    ((where, lag),) = warehouse(
        "select rows_where, rows_numerator from marts.metric_catalogue where metric = 'invoice_lag_days_p90'"
    )
    assert warehouse(
        f"select median({lag}), quantile_cont({lag}, 0.9) from marts.fct_invoice_lines where location_id = ? and {where}",
        SOON,
    ) == [(1.5, 2.7)]  # fmt: skip


def test_notes_are_signed_so_many_hours_after_the_visit(warehouse):
    """After 1, 23 and 30 hours; one is a draft."""
    assert amounts(warehouse, "signed_within_1_day_rate", SOON, MARCH) == (2, 3)
    assert amounts(warehouse, "signed_within_2_days_rate", SOON, MARCH) == (3, 3)
    assert warehouse("select median(signing_minutes) / 60 from marts.fct_appointments where location_id = ?", SOON) == [
        (23,)
    ]
