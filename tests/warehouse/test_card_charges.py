"""Charges to cards: what was asked for, what came of it, and what was disputed; nothing that names a card or a person."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from practice.billing import ledger

from .till import Till

pytestmark = pytest.mark.warehouse
PLACE, DAY = "carded", date(2026, 5, 4)


def land(landing):
    """Eight were asked for: three succeeded (one disputed since), two banks said no, one page was closed, one has no answer,
    one never came to the card."""
    till = Till(landing, PLACE)
    paid = [till.pay(amount, DAY, method="card") for amount in (100_00, 60_00, 40_00)]
    _dispute(till, paid[1], date(2026, 5, 20))
    for number, (state, refusal, payment, way) in enumerate((
        ("succeeded", None, paid[0], "saved_card"), ("succeeded", None, paid[1], "page"),
        ("succeeded", None, paid[2], "autopay"), ("failed", "insufficient_funds", None, "autopay"),
        ("failed", "do_not_honor", None, "saved_card"), ("failed", "page_closed", None, "page"),
        ("processing", None, None, "page"), ("failed", "never_arrived", None, "saved_card"),
    )):  # fmt: skip
        row = {
            "card_charge_id": f"card-{number}", "client_id": "c1", "location_id": PLACE, "way": way,
            "amount_minor": payment["amount_minor"] if payment else 50_00, "requested_at": datetime(2026, 5, 4, 15),
            "known_at": datetime(2026, 5, 4, 15),
        }  # fmt: skip
        answered = {"state": state, "refusal": refusal, "payment_id": payment and payment["payment_id"]}
        landing.record(
            "card_charges", row | {"state": "requested", "refusal": None, "payment_id": None}, row | answered
        )
    till.pay_out(200_00, 6_10, date(2026, 5, 6))


def _dispute(till, payment, on):
    head = till._head("chargeback", on)
    legs = [
        ledger.leg(account, amount, location_id=PLACE, party=payment["party"])
        for account, amount in (("2100", payment["amount_minor"]), ("1020", -payment["amount_minor"]))
    ]
    till.landing.record("refunds", {
        "refund_id": "carded-dispute", "payment_id": payment["payment_id"], "method": "card", "post_date": on,
        "amount_minor": payment["amount_minor"], "transaction_id": till._post(ledger.numbered(head, *legs)),
    })  # fmt: skip


def test_a_charge_says_what_came_of_it_and_a_refusal_of_what_class_it_is(warehouse):
    rows = warehouse(
        "select outcome, refusal_class, count(*), sum(amount_minor)::bigint from marts.fct_card_charges"
        " where location_id = ? group by 1, 2 order by 1, 2", PLACE,
    )  # fmt: skip
    assert rows == [
        ("refused", "abandoned", 1, 50_00), ("refused", "declined", 1, 50_00), ("refused", "funds", 1, 50_00),
        ("refused", "not_asked", 1, 50_00), ("succeeded", None, 3, 200_00), ("unanswered", None, 1, 50_00),
    ]  # fmt: skip


def test_the_share_that_banks_declined_is_of_what_came_to_the_card(warehouse):
    """Two of five: what was abandoned, unanswered or never asked has no part in it."""
    assert warehouse(
        "select count(*) filter (is_declined), count(*) filter (is_declined or outcome = 'succeeded')"
        " from marts.fct_card_charges where location_id = ?", PLACE,
    ) == [(2, 5)]  # fmt: skip


def test_a_dispute_is_its_charges_and_fees_are_of_the_payouts_month(warehouse):
    assert warehouse(
        "select card_charge_id, disputed_minor, disputed_date from marts.fct_card_charges"
        " where disputed_minor > 0 and location_id = ?", PLACE,
    ) == [("card-1", 60_00, date(2026, 5, 20))]  # fmt: skip
    assert warehouse(
        "select date_trunc('month', post_date)::date, sum(debit_minor - credit_minor)::bigint"
        " from marts.fct_ledger_entries where account = '5200' and location_id = ? group by 1", PLACE,
    ) == [(date(2026, 5, 1), 6_10)]  # fmt: skip
