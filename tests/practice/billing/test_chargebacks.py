"""A check that bounces takes back what it had paid: the charge is owed again, and nothing of it is left to spend."""

from __future__ import annotations

from datetime import date

import pytest

from practice.billing import commands
from practice.billing.chargebacks import record_chargeback
from practice.billing.deposits import take_deposit
from practice.billing.packages import expire_package, redeem_session, sell_package, set_package_offer
from practice.billing.queries import payments
from practice.errors import Refusal


@pytest.mark.parametrize(("method", "account"), [("check", "1000"), ("card", "1020")])
def test_what_a_bounced_payment_had_paid_is_owed_again(desk, ada, method, account):
    charge = desk.charged("client-ada", 100_00)
    payment = desk.receives(ada, 120_00, method, on=[(charge, 100_00)])
    answer = desk.run(record_chargeback, payment_id=payment, fee_minor=15_00, reason="Insufficient funds")
    assert answer["amount_minor"] == 120_00
    assert (desk.due(charge), desk.unapplied(payment)) == (100_00, 0)
    assert desk.balances() == {account: -15_00, "1110": 100_00, "4000": -100_00, "5200": 15_00}
    with desk.record.read() as reader:
        (row,) = payments(reader, desk.who)
    assert (row["refunded_minor"], row["unapplied_minor"]) == (120_00, 0)
    for command, more in ((record_chargeback, {}), (commands.void_payment, {})):
        with pytest.raises(Refusal):
            desk.run(command, payment_id=payment, **more)


def test_only_what_was_not_refunded_comes_back(desk, ada):
    payment = desk.receives(ada, 100_00, "card")
    desk.run(commands.refund_payment, payment_id=payment, amount_minor=30_00, method="card")
    assert desk.run(record_chargeback, payment_id=payment)["amount_minor"] == 70_00
    assert desk.balances() == {}


def test_the_deposit_and_the_package_that_it_had_paid_end_with_it(desk, ada, owner, clock):
    offer = desk.run(
        set_package_offer, who=owner, name="Three", service_id="svc-visit", sessions=3, price_minor=300_00, valid_days=30
    )["package_offer_id"]  # fmt: skip
    sale = desk.run(sell_package, client_id="client-ada", package_offer_id=offer, location_id="loc-elm", method="check")
    session = desk.run(redeem_session, package_id=sale["package_id"], attendee_id=desk.sees("client-ada"))
    clock.forward(days=31)
    desk.run(expire_package, package_id=sale["package_id"])
    desk.run(record_chargeback, payment_id=sale["payment_id"])
    # The session was given and is owed; what was kept of the others is no income after all.
    assert desk.due(session["charge_id"], ada) == 100_00
    assert desk.balances() == {"1110": 100_00, "4000": -100_00}

    visit = desk.sees("client-dan", day=date(2026, 4, 9), status="scheduled")
    deposit = desk.run(take_deposit, attendee_id=visit, amount_minor=50_00, method="card")
    desk.run(record_chargeback, payment_id=deposit["payment_id"])
    assert desk.balances() == {"1110": 100_00, "4000": -100_00}


def test_cash_and_payers_do_not_bounce_and_a_reason_is_given(desk, ada, harbor):
    cash, payer, card = (
        desk.receives(ada, 10_00, "cash"),
        desk.receives(harbor, 10_00, "check"),
        desk.receives(ada, 1_00),
    )
    for payment in (cash, payer):
        with pytest.raises(Refusal, match="Only a client's"):
            desk.run(record_chargeback, payment_id=payment)
    with pytest.raises(Refusal, match="Say why"):
        desk.run(record_chargeback, payment_id=card, reason=None)
