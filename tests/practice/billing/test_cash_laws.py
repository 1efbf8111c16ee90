"""The laws of money hold under any order of what is held too: moved, taken as a deposit, sold as sessions, banked, returned."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from practice.access.permissions import SYSTEM
from practice.billing import bank, deposits, drawer, packages
from practice.billing.chargebacks import record_chargeback
from practice.billing.moving import move_money
from practice.billing.queries import bank as bank_queries
from practice.billing.queries import drawer as drawer_queries
from practice.billing.queries import held
from practice.billing.queries import packages as package_queries
from practice.clock import local_date
from tests.conftest import INSERT
from tests.practice.billing.conftest import visit_rows
from tests.practice.billing.test_ledger_laws import BILLER, CLIENTS, Practice, amounts, furnished, picks, shares, signed

__all__ = ["furnished"]
ways = st.sampled_from((None, "cash", "card"))


class CashPractice(Practice):
    """Everything that happens to money, and everything that happens to money that is held."""

    def visit(self, client, ahead, status):
        self.visits += 1
        day = self.now.date() + timedelta(days=ahead)
        rows = visit_rows(self.visits, client=client, provider="prov-moss", service="svc-visit", day=day, status=status)
        self.record.run(INSERT, SYSTEM, rows=rows)
        return f"att-{self.visits}"

    def listed(self, query, number, **options):
        with self.record.read() as reader:
            rows = query(reader, BILLER, **options)
        return rows[number % len(rows)] if rows else None

    @rule(number=picks, goal=picks, share=shares, is_rest_off=st.booleans())
    def move(self, number, goal, share, is_rest_off):
        if allocation := self.pick("allocations", number):
            item = self.item(goal, allocation["party"])
            part = max(abs(allocation["amount_minor"]) * share // 100, 1)
            to = [{"charge_id": item["charge_id"], "amount_minor": min(part, item["open_minor"]) or 1}] if item else []
            self.do(
                move_money, payment_id=allocation["payment_id"],
                out_of=[{"allocation_id": allocation["allocation_id"], "amount_minor": part}], to=to,
                write_off=[item["charge_id"]] if item and is_rest_off else [],
            )  # fmt: skip

    @rule(client=st.sampled_from(CLIENTS), amount=amounts, number=picks, is_credit=st.booleans())
    def take_deposit(self, client, amount, number, is_credit):
        paid = self.unapplied(number) if is_credit else None
        self.do(
            deposits.take_deposit, attendee_id=self.visit(client, 7, "scheduled"), amount_minor=amount, method="card",
            payment_id=paid["payment_id"] if paid else None,
        )  # fmt: skip

    @rule(number=picks, goal=picks)
    def apply_deposit(self, number, goal):
        deposit = self.listed(held.deposits, number, is_open=number % 10 != 9)
        item = deposit and self.item(goal, deposit["party"])
        if item:
            self.do(deposits.apply_deposit, deposit_id=deposit["deposit_id"], charge_id=item["charge_id"])

    @rule(number=picks, share=shares, way=ways)
    def return_deposit(self, number, share, way):
        if deposit := self.listed(held.deposits, number):
            part = deposit["left_minor"] * share // 100
            self.do(deposits.return_deposit, deposit_id=deposit["deposit_id"], method=way, amount_minor=part)

    @rule(client=st.sampled_from(CLIENTS), price=st.sampled_from((100_00, 100_01, 3)))
    def sell_package(self, client, price):
        offer = self.record.run(
            packages.set_package_offer, SYSTEM, name="Three", service_id="svc-visit", sessions=3, price_minor=price,
            valid_days=60,
        )  # fmt: skip
        self.do(
            packages.sell_package, client_id=client, package_offer_id=offer["package_offer_id"], location_id="loc-elm",
            method="cash",
        )  # fmt: skip

    @rule(number=picks)
    def redeem(self, number):
        if package := self.listed(package_queries.packages, number, is_open=number % 10 != 9):
            visit = self.visit(package["client_id"], 0, "completed")
            self.do(packages.redeem_session, package_id=package["package_id"], attendee_id=visit)

    @rule(number=picks)
    def restore(self, number):
        with self.record.read() as reader:
            rows = reader.rows("select held_move_id from held_moves where kind = 'redeemed' order by known_at")
        if rows:
            self.do(packages.restore_session, held_move_id=rows[number % len(rows)]["held_move_id"])

    @rule(number=picks)
    def expire(self, number):
        if package := self.listed(package_queries.packages, number):
            self.do(packages.expire_package, package_id=package["package_id"])

    @rule(number=picks, way=ways)
    def return_package(self, number, way):
        if package := self.listed(package_queries.packages, number):
            self.do(packages.return_package, package_id=package["package_id"], method=way)

    @rule(number=picks)
    def bounce(self, number):
        if payment := self.pick("payments", number):
            self.do(record_chargeback, payment_id=payment["payment_id"])

    @rule(share=st.sampled_from((0, 50, 100)))
    def close_the_drawer(self, share):
        with self.record.read() as reader:
            there = drawer_queries.expected(reader, "loc-elm", local_date(self.now, "America/New_York"))
        self.do(drawer.close_drawer, location_id="loc-elm", counted_minor=there, banked_minor=there * share // 100)

    @rule(number=picks)
    def reopen_the_drawer(self, number):
        if count := self.listed(drawer_queries.counts, number):
            self.do(drawer.reopen_drawer, drawer_count_id=count["drawer_count_id"])

    @rule(number=picks, is_undone=st.booleans())
    def be_paid_out(self, number, is_undone):
        """The cards that wait are paid out without a fee, or a payout that was matched is undone."""
        if is_undone:
            line = self.listed(bank_queries.bank_lines, number, status="matched")
            if line:
                self.do(bank.unmatch_line, bank_line_id=line["bank_line_id"])
            return
        with self.record.read() as reader:
            cards = bank_queries.to_match(reader, BILLER, "1020")
        cents = sum(card["amount_minor"] for card in cards)
        text = f"Date,Gross,Fee,Reference\n{self.now.date()},{cents / 100:.2f},0,{len(self.documents)}-{self.now}\n"
        columns = {"date": "Date", "gross": "Gross", "fee": "Fee", "reference": "Reference"}
        self.do(bank.load_bank_file, kind="payout", name="p.csv", text=text, columns=columns, date_order="ymd")
        if line := self.listed(bank_queries.bank_lines, number):
            ids = [card["transaction_id"] for card in cards]
            self.do(bank.match_line, bank_line_id=line["bank_line_id"], transaction_ids=ids)

    @invariant()
    def what_is_held_is_what_is_left_of_each_document(self):
        with self.record.read() as reader:
            postings = reader.rows("select * from postings where account in ('2110', '2120', '4030', '1000', '1010',"
                                   " '1020', '2100', '2130', '1040')")  # fmt: skip
            deposited = held.deposits(reader, BILLER, is_open=False)
            sold = package_queries.packages(reader, BILLER, is_open=False)
        balance = dict.fromkeys(("2110", "2120", "4030", "cash", "owed"), 0)
        for posting in postings:
            kind = {"10": "cash", "21": "owed"}[posting["account"][:2]] if posting["account"] < "4" else "4030"
            kind = "owed" if posting["account"] == "1040" else kind
            balance[kind] += signed(posting)
            if posting["account"] in ("2110", "2120"):
                balance[posting["account"]] += signed(posting)
        assert -balance["2110"] == sum(row["left_minor"] for row in deposited)
        assert -balance["2120"] == sum(row["left_minor"] for row in sold)
        assert all(0 <= row["left_minor"] <= row["amount_minor"] for row in deposited)
        for row in sold:
            assert 0 <= row["sessions_left"] <= row["sessions"]
            assert (row["left_minor"] == 0) == (row["sessions_left"] == 0)
        # Whatever is owed to clients and payers, kept breakage included, came in and is still here.
        assert -balance["owed"] - balance["4030"] <= balance["cash"]


@pytest.mark.heavy
def test_any_order_of_held_money_keeps_the_laws(furnished):
    run_state_machine_as_test(
        lambda: CashPractice(furnished),
        settings=settings(max_examples=6, stateful_step_count=30, phases=[Phase.explicit, Phase.generate]),
    )


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_thousands_of_random_steps_with_held_money_keep_the_laws(furnished):
    run_state_machine_as_test(
        lambda: CashPractice(furnished), settings=settings(max_examples=60, stateful_step_count=80)
    )
