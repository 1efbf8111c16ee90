"""Any order and repetition of answers, events, crashes and questions posts each charge once, and the cash agrees."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.billing import commands
from practice.errors import Refusal
from practice.ids import seeded_ids
from practice.store.record import Record
from tests.cards.conftest import Till
from tests.conftest import MovableClock, actor

FAULTS = ("", "lost", "500_after", "500", "unreachable", "busy")
parts = st.integers(1, 100)
steps = st.one_of(
    st.tuples(st.just("charge"), st.sampled_from(FAULTS), st.sampled_from(("pm_visa", "pm_visa", "pm_declined"))),
    st.tuples(st.just("ask"), st.just(""), st.just("pm_visa")),  # and the app ends before the processor is asked
    st.tuples(st.just("tell"), st.lists(st.integers(0, 30), max_size=4), st.none()),
    st.tuples(st.just("wait"), st.sampled_from((1, 3, 30, 600, 1500)), st.none()),
    st.tuples(st.just("refund"), parts, st.sampled_from(FAULTS)),
    st.tuples(st.just("refund_there"), parts, st.none()),
    st.tuples(st.just("dispute"), st.none(), st.none()),
    st.tuples(st.just("win"), st.none(), st.none()),
    st.tuples(st.just("inquire"), st.none(), st.none()),
    st.tuples(st.just("escalate"), st.none(), st.none()),
    st.tuples(st.just("lose"), st.integers(0, 100), st.none()),
    st.tuples(st.just("pay_out"), st.none(), st.none()),
    st.tuples(st.just("fail_payout"), st.none(), st.none()),
)


class Life:
    """Steps of a practice with cards, and what has to be true after each."""

    def __init__(self, till):
        self.till, self.double = till, till.double
        self.cards = {token: till.card("client:client-ada", token) for token in ("pm_visa", "pm_declined")}

    def do(self, kind, one, two):
        getattr(self, kind)(one, two)

    def charge(self, fault, card):
        self.double.faults.extend([fault] if fault else [])
        self._tried(self.till.charge, "client:client-ada", 50_00, self.cards[card])
        self.double.faults.clear()

    def ask(self, _fault, card):
        self._tried(self.till.asks, "client:client-ada", 50_00, self.cards[card])

    def tell(self, which, _):
        events = [self.double.events[number % len(self.double.events)] for number in which if self.double.events]
        self.till.tell(*events) if events else None

    def wait(self, minutes, _):
        self.till.wait(minutes=minutes)

    def refund(self, part, fault):
        for row in self.till.rows("select payment_id, amount_minor from payments order by known_at desc limit 1"):
            amount = max(row["amount_minor"] * part // 100, 1)
            self._tried(
                self.till.run, commands.refund_payment, payment_id=row["payment_id"], amount_minor=amount, method="card"
            )
            self.double.faults.extend([fault] if fault else [])
            self.till.wait(minutes=1)
            self.double.faults.clear()

    def refund_there(self, part, _):
        for charge in self.double.of("charge")[-1:]:
            left = charge["amount"] - charge["amount_refunded"]
            if left and not self.double.of("dispute"):
                self.double.refund(self.double.objects[charge["payment_intent"]], max(left * part // 100, 1))

    def dispute(self, *_):
        for intent in [one for one in self.double.of("payment_intent") if one["status"] == "succeeded"][-1:]:
            charge = self.double.objects[intent["latest_charge"]]
            if not charge["refunded"] and not self.double.of("dispute"):
                self.double.dispute(intent)

    def inquire(self, *_):
        for intent in [one for one in self.double.of("payment_intent") if one["status"] == "succeeded"][-1:]:
            if not self.double.objects[intent["latest_charge"]]["refunded"] and not self.double.of("dispute"):
                self.double.inquire(intent)

    def escalate(self, *_):
        for dispute in self.double.of("dispute"):
            if dispute["status"] == "warning_needs_response":
                self.double.escalate(dispute)

    def lose(self, part, _):
        for dispute in self.double.of("dispute"):
            if dispute["status"] == "needs_response":
                self.double.close_dispute(dispute, "lost", dispute["amount"] * part // 100)
            elif dispute["status"] == "warning_needs_response":
                self.double.close_dispute(dispute, "warning_closed")

    def win(self, *_):
        for dispute in self.double.of("dispute"):
            if dispute["status"] == "needs_response":
                self.double.close_dispute(dispute, "won")

    def pay_out(self, *_):
        if any(not one["payout"] for one in self.double.balance):
            self.double.pay_out(int(self.till.clock.instant.timestamp()))

    def fail_payout(self, *_):
        for payout in self.double.of("payout")[-1:]:
            if payout["status"] == "paid":
                self.double.fail_payout(payout)

    def _tried(self, deed, *args, **more):
        try:
            deed(*args, **more)
        except Refusal:
            return

    def drained(self):
        self.till.tell()
        for _ in range(12):
            if not self.till.wait(hours=5) and not self.till.tell():
                break

    def check(self):
        rows = self.till.rows("select * from card_charges")
        charged = [one for one in self.double.of("payment_intent") if one["status"] == "succeeded"]
        posted = {row["intent_token"] for row in rows if row["payment_id"]}
        assert posted == {one["id"] for one in charged}, "what succeeded there is posted, and nothing else"
        assert len({one["metadata"]["daybook_id"] for one in charged}) == len(charged), "a request charges once"
        payments = self.till.rows("select payment_id from payments")
        won = [row["payment_id"] for row in self.till.rows("select * from card_disputes") if row["payment_id"]]
        assert len(payments) == len(posted) + len(won)
        for charge in self.double.of("charge"):
            assert charge["amount_refunded"] <= charge["amount"]
        self._check_cash()

    def _check_cash(self):
        """Cash with the processor = what moved there − what left in payouts that are matched, but for what the books
        cannot know alone: refunds made there, refunds that failed, disputes of another amount."""
        there = sum(one["amount"] for one in self.double.balance if not one["type"].startswith("payout"))
        gone = self.till.rows("select coalesce(sum(gross_minor), 0)::bigint s from bank_lines where status = 'matched'")
        refunds = self.till.rows("select * from card_refunds")
        assert all(row["state"] != "requested" for row in refunds)
        there += sum(row["amount_minor"] for row in refunds if row["refund_id"] is None)
        there -= sum(row["amount_minor"] for row in refunds if row["refund_id"] and row["state"] == "failed")
        for row in self.till.rows("select * from card_disputes where refund_id is null and not is_inquiry"):
            there += row["amount_minor"] - row["reinstated_minor"]
        assert self.till.card_cash() == there - gone[0]["s"]


@settings(max_examples=10)
@given(life=st.lists(steps, min_size=3, max_size=10))
def test_each_charge_is_posted_once_and_the_cash_is_the_processors(life, prepared, double, tmp_path_factory):
    lived(life, prepared, double, tmp_path_factory)


@pytest.mark.long
@pytest.mark.timeout(1800)
@settings(max_examples=150)
@given(life=st.lists(steps, min_size=3, max_size=25))
def test_so_it_is_in_long_lives(life, prepared, double, tmp_path_factory):
    lived(life, prepared, double, tmp_path_factory)


def lived(life, prepared, double, tmp_path_factory):
    clock = MovableClock(datetime(2026, 3, 2, 14, tzinfo=UTC))
    template, _ = prepared(clock.instant, is_furnished=True)
    path = shutil.copyfile(template, tmp_path_factory.mktemp("cards") / "record.duckdb")
    record = Record(path, clock=clock, ids=seeded_ids(7))
    double.reset()
    try:
        played = Life(Till(record, SimpleNamespace(), actor("biller"), clock, double))
        for step in life:
            played.do(*step)
        played.drained()
        played.check()
    finally:
        record.close()
