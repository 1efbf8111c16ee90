"""The laws of money under any order of everything: the desk's, the payers', the paper's, and the accountant's.

Charge, pay, allocate, move, refund, adjust, hold, invoice; remittances posted, taken back and tried again; papers issued;
periods closed and opened. Entries balance, buckets = AR = ledger on every day for the practice, each client and payer,
credit is covered by cash, and no paper that was handed out ever changes.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from practice.access.permissions import Actor
from practice.billing import books
from practice.billing.closing import close_period, reopen_period
from practice.billing.statements import issue_receipt, issue_statement
from practice.errors import Refusal
from practice.insurance.remits import post_remittance, retry_remittance
from tests.practice.billing.test_cash_laws import CashPractice
from tests.practice.billing.test_ledger_laws import BILLER, furnished, picks
from tests.practice.insurance.remits import claim, line, money, remit

__all__ = ["furnished"]
HARBOR = "payer:payer-harbor"
OWNER = Actor("user-owner", "owner")
REASONS = ("CO*45", "PR*3", "CO*253", "CO*197")
"""Contractual, copay, sequestration, denial."""
cuts = st.tuples(*(st.sampled_from((0, 0, 10, 30)) for _ in REASONS))


class Answer(NamedTuple):
    """What a payer said of a charge: the fee that it names, what it pays, and why not more, in minor units."""

    charge_id: str
    fee: int
    paid: int
    reasons: tuple[tuple[str, int], ...]

    def claim(self, *, is_back: bool = False) -> list[str]:
        """As segments; a take-back has everything negative."""
        sign = -1 if is_back else 1
        cas = [f"{code}*{money(sign * amount)}" for code, amount in self.reasons if amount]
        fee, paid = sign * self.fee, sign * self.paid
        one = line("V50", fee, paid, cas=cas, control=self.charge_id)
        return claim(self.charge_id, fee, paid, one, status="22" if is_back else "1")


class WholePractice(CashPractice):
    """Everything that happens to money, payers and accountants included."""

    def __init__(self, furnished) -> None:
        super().__init__(furnished)
        self.answers: list[Answer] = []
        self.files = 0
        self.papers: dict[str, str] = {}

    def arrive(self, *claims, **about) -> bool:
        """A file from the payer. True if its detail was posted."""
        self.files += 1
        self.now += timedelta(minutes=1)
        with suppress(Refusal):
            text = remit(*claims, trace=f"TRACE-{self.files}", **about)
            [found] = self.record.run(post_remittance, BILLER, reason="Because", text=text, payer_id="payer-harbor",
                                      location_id="loc-elm")["remittances"]  # fmt: skip
            if found["status"] == "posted" and not found["unmatched"]:
                assert self.in_clearing(f"TRACE-{self.files}") == 0
            return found["status"] == "posted"
        return False

    def in_clearing(self, trace):
        """What is left in 1040 of a deposit. Whoever takes money off a charge by hand later puts it there again."""
        with self.record.read() as reader:
            return reader.value(
                "select coalesce(sum(p.credit_minor - p.debit_minor), 0)::bigint from remittances r join postings p"
                " on p.payment_id = r.payment_id and p.account = '1040' where r.trace_number = ?",
                trace,
            )

    def as_the_owner(self, command, **parameters):
        with suppress(Refusal):
            self.record.run(command, OWNER, reason="Because", **parameters)

    @rule(number=picks, percent=cuts, more=st.sampled_from((0, 0, 0, 7)))
    def answer_a_claim(self, number, percent, more):
        """The payer answers a charge; with `more`, the deposit is not what its claims come to and is held."""
        if item := self.item(number, HARBOR):
            with self.record.read() as reader:
                fee = reader.get("charges", item["charge_id"], "charge")["amount_minor"]
            parts = tuple((code, fee * cut // 100) for code, cut in zip(REASONS, percent, strict=True))
            answer = Answer(item["charge_id"], fee, fee - sum(part for _, part in parts), parts)
            if self.arrive(answer.claim(), deposit=answer.paid + more):
                self.answers.append(answer)

    @rule(number=picks, is_kept_back=st.booleans())
    def take_back(self, number, is_kept_back):
        """The payer takes an answer back, and what it paid out of the next one or out of its credit."""
        if self.answers:
            answer = self.answers.pop(number % len(self.answers))
            forward = [f"FB*{money(-answer.paid)}"] if answer.paid else []
            self.arrive(answer.claim(is_back=True), deposit=0, plb=forward)
            if answer.paid and is_kept_back:
                self.arrive(deposit=0, plb=[f"WO*{money(answer.paid)}", f"L6*{money(-answer.paid)}"])

    @rule(number=picks)
    def try_again(self, number):
        with self.record.read() as reader:
            held = reader.rows("select remittance_id from remittances where status = 'held' order by 1")
        if held:
            self.do(retry_remittance, remittance_id=held[number % len(held)]["remittance_id"])

    @rule(ago=st.integers(1, 60))
    def close_the_books(self, ago):
        self.as_the_owner(close_period, until=str(self.now.date() - timedelta(days=ago)))

    @rule()
    def open_the_books(self):
        self.as_the_owner(reopen_period)

    @rule(client=st.sampled_from(("client-ada", "client-ben")), ago=st.integers(0, 60), number=picks)
    def hand_out_papers(self, client, ago, number):
        first = self.now.date() - timedelta(days=ago)
        self.do(issue_statement, party=f"client:{client}", from_date=str(first), to_date=str(self.now.date()))
        if payment := self.pick("payments", number):
            self.do(issue_receipt, payment_id=payment["payment_id"])

    @invariant()
    def what_was_handed_out_stays_as_it_was(self):
        with self.record.read() as reader:
            rows = reader.rows("select document_id, content from documents")
        assert {row["document_id"] for row in rows} >= self.papers.keys()
        for row in rows:
            assert self.papers.setdefault(row["document_id"], row["content"]) == row["content"]

    @invariant()
    def the_trial_balances_on_both_bases(self):
        with self.record.read() as reader:
            bases = [books.balances(reader, OWNER, basis=basis, as_of=self.now.date()) for basis in ("accrual", "cash")]
        for trial in bases:
            assert sum(row["debit_minor"] for row in trial) == sum(row["credit_minor"] for row in trial)


@pytest.mark.heavy
def test_any_order_of_everything_keeps_the_laws(furnished):
    run_state_machine_as_test(
        lambda: WholePractice(furnished),
        settings=settings(max_examples=4, stateful_step_count=30, phases=[Phase.explicit, Phase.generate]),
    )


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_thousands_of_random_steps_of_everything_keep_the_laws(furnished):
    run_state_machine_as_test(
        lambda: WholePractice(furnished), settings=settings(max_examples=60, stateful_step_count=80)
    )
