"""A card that is charged brings its money in once: by the answer, an event or a question, whichever comes first."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest

from practice.billing import commands
from practice.billing.approvals import approve_request
from practice.billing.limits import set_limit
from practice.billing.queries.bank import bank_lines
from practice.cards.charges import tie_card_payment
from practice.cards.charging import ask_again, ask_now, charge_now
from practice.cards.events import catch_up
from practice.cards.people_queries import card_tasks
from practice.cards.refunding import pay_refund_otherwise
from practice.errors import Refusal


def states(till, table="card_charges"):
    return [row["state"] for row in till.rows(f"select state from {table} order by known_at")]


def test_a_charge_pays_what_it_was_for(till, ada):
    visit = till.charged(ada.removeprefix("client:"))
    answer = till.charge(ada, 150_00, till.card(ada), on=[(visit, 150_00)])
    assert (answer["state"], till.due(visit)) == ("succeeded", 0)
    assert till.balances() == {"1020": 150_00, "4000": -150_00}
    till.tell()
    assert till.card_cash() == 150_00  # its event says nothing new


@pytest.mark.parametrize(
    ("card", "code"),
    [("pm_declined", "insufficient_funds"), ("pm_expired", "expired_card"), ("pm_asks", "authentication_required")],
)
def test_a_decline_posts_nothing_and_says_why(till, ada, card, code):
    answer = till.charge(ada, 50_00, till.card(ada, card))
    assert (answer["state"], answer["code"]) == ("failed", code)
    till.tell()
    assert (till.balances(), states(till)) == ({}, ["failed"])


@pytest.mark.parametrize("fault", ["lost", "500_after", "500", "unreachable", "busy"])
def test_an_answer_that_never_came_is_asked_for_until_it_is_there(till, ada, fault):
    card = till.card(ada)
    till.double.faults.append(fault)
    assert till.charge(ada, 50_00, card)["state"] == "requested"
    with pytest.raises(Refusal, match="has no answer yet"):
        till.asks(ada, 50_00, card)
    for _ in range(7):
        till.wait(hours=5)
    is_charged = fault != "500"  # that one is replayed under its key, and nothing ever arrives
    assert till.card_cash() == (50_00 if is_charged else 0)
    assert len(till.double.of("charge")) == is_charged
    assert states(till) == ["succeeded" if is_charged else "failed"]


def test_what_was_asked_for_when_the_app_ended_is_charged_by_the_next_one(till, ada):
    till.asks(ada, 50_00, till.card(ada))
    till.wait(minutes=1)
    assert till.card_cash() == 0  # whoever asked may still be at it
    till.wait(minutes=2)
    till.tell()
    assert (till.card_cash(), len(till.double.of("charge"))) == (50_00, 1)


@pytest.mark.parametrize(("fault", "state"), [("lost", "succeeded"), ("unreachable", "failed")])
def test_a_person_asks_what_became_of_a_charge_and_frees_the_card(till, ada, fault, state):
    till.double.faults.append(fault)
    key = till.charge(ada, 50_00, till.card(ada))["id"]
    if state == "failed":  # it may be on its way this minute
        assert ask_now(till.record, till.processor, key)["state"] == "requested"
        till.clock.forward(minutes=4)
    for _ in range(2):
        assert ask_now(till.record, till.processor, key)["state"] == state
    assert len(till.double.of("charge")) == (state == "succeeded"), "asking charges nothing"
    till.charge(ada, 50_00, till.card(ada))
    till.tell()
    assert till.card_cash() == (100_00 if state == "succeeded" else 50_00)


def test_what_somebody_has_given_up_is_not_sent_any_more(till, ada):
    key = till.asks(ada, 50_00, till.card(ada))
    till.clock.forward(minutes=4)
    assert ask_now(till.record, till.processor, key) == {"state": "failed", "payment_id": None, "code": "never_arrived"}
    assert ask_again(till.record, till.processor, key)["state"] == "failed"  # as a beat that had read it before would
    assert till.double.of("charge") == []


def test_the_event_may_come_before_the_answer_is_written_down(till, ada):
    till.double.faults.append("lost")
    key = till.charge(ada, 50_00, till.card(ada))["id"]
    till.tell()
    assert ask_again(till.record, till.processor, key)["state"] == "succeeded"
    assert till.card_cash() == 50_00


def test_whoever_hears_of_it_at_the_same_time_posts_it_once(till, ada):
    key = till.asks(ada, 50_00, till.card(ada))
    with ThreadPoolExecutor(6) as pool:
        for _ in range(3):
            pool.submit(charge_now, till.record, till.processor, key)
            pool.submit(ask_again, till.record, till.processor, key)
    till.tell()
    assert (till.card_cash(), len(till.double.of("charge"))) == (50_00, 1)


def test_money_for_a_charge_that_is_void_by_then_is_the_clients_credit(till, ada):
    visit = till.charged("client-ada")
    till.double.faults.append("lost")
    till.charge(ada, 150_00, till.card(ada), on=[(visit, 150_00)])
    till.run(commands.void_charge, charge_id=visit)
    till.tell()
    assert till.balances() == {"1020": 150_00, "2100": -150_00}


def test_another_amount_than_was_asked_for_is_not_believed(till, ada):
    till.double.faults.append("lost")
    key = till.charge(ada, 50_00, till.card(ada))["id"]
    (intent,) = till.double.of("payment_intent")
    intent["amount_received"] = 60_00
    till.tell()
    (row,) = till.rows("select * from card_charges")
    assert (row["card_charge_id"], row["refusal"], row["payment_id"]) == (key, "wrong_amount", None)
    assert till.card_cash() == 0
    payment = till.receives(ada, 60_00, "card")  # by hand, as somebody saw it at the processor
    till.run(tie_card_payment, card_charge_id=key, payment_id=payment)
    till.double.pay_out(int(till.clock.instant.timestamp()))
    till.tell()
    assert till.balances() == {"1020": 60_00, "2100": -60_00}  # the payout says 50.00: for a person
    with pytest.raises(Refusal, match="in the books already"):
        till.run(tie_card_payment, card_charge_id=key, payment_id=payment)


def test_a_refund_goes_to_the_card_and_its_loss_is_made_good(till, ada):
    payment = till.charge(ada, 80_00, till.card(ada))["payment_id"]
    refund = {"payment_id": payment, "amount_minor": 30_00, "method": "card"}
    till.double.faults.append("lost")
    till.run(commands.refund_payment, **refund)
    for _ in range(2):
        till.wait(hours=1)
    assert (till.card_cash(), states(till, "card_refunds")) == (50_00, ["succeeded"])
    assert [one["amount"] for one in till.double.of("refund")] == [30_00]
    with pytest.raises(Refusal, match="refund it instead"):
        till.run(commands.void_payment, payment_id=payment)

    till.double.dispute(till.double.of("payment_intent")[0])  # the processor refuses refunds meanwhile
    till.run(commands.refund_payment, **refund)
    till.wait(seconds=1)
    (row,) = till.rows("select * from card_refunds where state = 'failed'")
    assert row["refusal"] == "charge_disputed"
    till.run(pay_refund_otherwise, card_refund_id=row["card_refund_id"], method="check", reason="By check then")
    assert till.balances() == {"1000": -30_00, "1020": 50_00, "2100": -20_00}


def test_a_refund_above_the_limit_goes_to_the_card_when_its_second_person_agrees(till, ada, owner):
    payment = till.charge(ada, 80_00, till.card(ada))["payment_id"]
    till.run(set_limit, who=owner, kind="refund", role="biller", most=10_00)
    waits = till.run(commands.refund_payment, payment_id=payment, amount_minor=30_00, method="card")
    till.wait(hours=1)
    assert till.double.of("refund") == []
    till.run(approve_request, who=owner, approval_id=waits["approval_id"])
    till.wait(hours=1)
    assert (till.card_cash(), [one["amount"] for one in till.double.of("refund")]) == (50_00, [30_00])


def test_a_refund_that_the_processor_broke_on_is_asked_for_anew_and_made_once(till, ada):
    payment = till.charge(ada, 80_00, till.card(ada))["payment_id"]
    till.run(commands.refund_payment, payment_id=payment, amount_minor=30_00, method="card")
    till.double.faults.append("500")  # which it repeats to that key
    for _ in range(8):
        till.wait(hours=5)
    assert (till.card_cash(), states(till, "card_refunds")) == (50_00, ["succeeded"])
    assert [one["amount"] for one in till.double.of("refund")] == [30_00]


def test_a_refund_made_at_the_processor_waits_to_be_booked_and_is_not_made_twice(till, ada):
    payment = till.charge(ada, 80_00, till.card(ada))["payment_id"]
    till.double.refund(till.double.of("payment_intent")[0], 30_00)
    till.tell()
    assert till.card_cash() == 80_00
    till.run(commands.refund_payment, payment_id=payment, amount_minor=30_00, method="card")
    till.wait(hours=1)
    assert (till.card_cash(), len(till.double.of("refund"))) == (50_00, 1)


def test_a_dispute_takes_the_payment_back_until_it_is_won(till, ada):
    visit = till.charged("client-ada")
    till.charge(ada, 150_00, till.card(ada), on=[(visit, 150_00)])
    dispute = till.double.dispute(till.double.of("payment_intent")[0])
    till.tell()
    assert (till.due(visit), till.card_cash()) == (150_00, 0)
    till.double.close_dispute(dispute, "won")
    till.tell()
    assert (till.due(visit), till.card_cash()) == (0, 150_00)
    till.double.pay_out(int(till.clock.instant.timestamp()))  # in which the dispute is looked at once more
    till.tell()
    assert till.balances() == {"1000": 150_00 - 4_65 - 15_00, "4000": -150_00, "5200": 4_65 + 15_00}


def test_a_dispute_that_is_lost_and_given_back_in_part_brings_that_part_in(till, ada):
    visit = till.charged("client-ada")
    till.charge(ada, 150_00, till.card(ada), on=[(visit, 150_00)])
    dispute = till.double.dispute(till.double.of("payment_intent")[0])
    till.double.close_dispute(dispute, "lost", 60_00)
    till.tell()
    assert (till.due(visit), till.card_cash()) == (90_00, 60_00)
    till.double.pay_out(int(till.clock.instant.timestamp()))
    till.tell()
    assert till.balances() == {"1000": 60_00 - 4_65 - 15_00, "1110": 90_00, "4000": -150_00, "5200": 19_65}


def test_an_inquiry_moves_nothing_and_somebody_is_told_until_it_is_closed_or_a_dispute(till, ada):
    visit = till.charged("client-ada")
    till.charge(ada, 150_00, till.card(ada), on=[(visit, 150_00)])
    asked = till.double.inquire(till.double.of("payment_intent")[0])
    till.tell()
    assert (till.due(visit), till.card_cash()) == (0, 150_00)
    assert tasks(till) == ["fraudulent: the bank only asks, no money has moved; answer it at the processor"]
    till.double.escalate(asked)
    till.tell()
    assert (till.due(visit), till.card_cash()) == (150_00, 0)
    till.double.close_dispute(asked, "lost")
    till.tell()
    assert (till.card_cash(), tasks(till)) == (0, [])


def tasks(till):
    with till.record.read() as reader:
        return [row["note"] for row in card_tasks(reader, till.who)]


@pytest.mark.parametrize("is_heard", [True, False])
def test_a_payout_that_the_bank_sends_back_is_part_of_the_next_one(till, ada, dan, is_heard):
    till.charge(ada, 80_00, till.card(ada))
    first = till.double.pay_out(int(till.clock.instant.timestamp()))
    if is_heard:
        till.tell()
        assert (till.card_cash(), till.balances()["1000"]) == (0, 80_00 - 2_62)
    till.double.fail_payout(first)
    if is_heard:
        till.tell()
        assert till.card_cash() == 80_00, "it is under way again"
        assert "1000" not in till.balances()
        with till.record.read() as reader:
            assert bank_lines(reader, till.who) == [], "its line has ended"
    till.charge(dan, 40_00, till.card(dan))
    till.double.pay_out(int(till.clock.instant.timestamp()))
    till.tell(till.double.events[-1])
    fees = (30 + 2_32) + (30 + 1_16)
    assert till.balances() == {"1000": 120_00 - fees, "2100": -120_00, "5200": fees}
    till.tell(*reversed(till.double.events))
    assert till.balances()["1000"] == 120_00 - fees


def test_a_payout_is_matched_to_all_that_it_is_made_of(till, ada, dan):
    first = till.charge(ada, 80_00, till.card(ada))["payment_id"]
    till.charge(dan, 40_00, till.card(dan))
    till.run(commands.refund_payment, payment_id=first, amount_minor=30_00, method="card")
    till.wait(minutes=5)
    till.double.dispute(till.double.of("payment_intent")[1])
    till.double.pay_out(int(till.clock.instant.timestamp()))
    till.tell(till.double.events[-1])  # the payout's alone: the dispute's never came
    fees = (30 + 2_32) + (30 + 1_16) + 15_00
    assert till.balances() == {"1000": 50_00 - fees, "2100": -50_00, "5200": fees}
    with till.record.read() as reader:
        (line,) = bank_lines(reader, till.who, status="matched")
    assert (line["gross_minor"], line["fee_minor"], line["difference_minor"]) == (50_00, fees, 0)


def test_a_payout_of_something_unknown_waits_for_a_person(till, ada):
    till.charge(ada, 80_00, till.card(ada))
    customer = till.double.make("cus", "customer")["id"]
    stranger = till.double.make(
        "pi", "payment_intent", amount=10_00, amount_received=0, currency="usd", customer=customer, metadata={},
        status="requires_payment_method", last_payment_error=None,
    )  # fmt: skip
    till.double.succeed(stranger)
    till.double.pay_out(int(till.clock.instant.timestamp()))
    till.tell()
    with till.record.read() as reader:
        (line,) = bank_lines(reader, till.who)
    assert (line["gross_minor"], till.card_cash()) == (90_00, 80_00)


def test_events_that_never_arrived_are_asked_for(till, ada):
    visit = till.charged("client-ada")
    till.charge(ada, 150_00, till.card(ada), on=[(visit, 150_00)])
    assert catch_up(till.record, till.processor) == 1
    till.double.dispute(till.double.of("payment_intent")[0])
    assert [catch_up(till.record, till.processor) for _ in range(2)] == [1, 0]
    till.wait(minutes=1)
    assert till.due(visit) == 150_00


def test_a_card_that_the_bank_renewed_or_that_is_gone_there_is_so_here(till, ada):
    till.card(ada)
    (method,) = till.double.of("payment_method")
    method |= {"type": "card", "card": {"brand": "visa", "last4": "1881", "exp_month": 3, "exp_year": 2034}}
    till.tell(till.double.tell("payment_method.automatically_updated", method))
    (card,) = till.rows("select last4, expires_year, removed_at from saved_cards")
    assert (card["last4"], card["expires_year"], card["removed_at"]) == ("1881", 2034, None)
    method["customer"] = None
    till.tell(till.double.tell("payment_method.detached", method))
    assert till.rows("select removed_at from saved_cards")[0]["removed_at"]


def test_neither_keys_nor_tokens_nor_answers_are_told_to_a_log(till, ada, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    till.double.faults.extend(("500_after", "lost", "busy"))
    till.charge(ada, 50_00, till.card(ada))
    till.wait(minutes=3)
    till.charge(ada, 50_00, till.card(ada, "pm_declined"))
    till.tell()
    told = caplog.text + "".join(capsys.readouterr())
    assert "no_answer" in told
    for secret in ("sk_test", "whsec", "4242", "pm_", "cus_", "pi_", "What was sent"):
        assert secret not in told
