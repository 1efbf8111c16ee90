"""Laws 5 and 6 under any order of commands: whatever a practice does to its money, every cent stays accounted for."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from practice.access.permissions import SYSTEM, Actor
from practice.billing import aging, commands, queries
from practice.errors import Refusal
from practice.ids import seeded_ids
from practice.store.record import Record
from tests.conftest import INSERT
from tests.practice.billing.conftest import visit_rows

CLIENTS = ("client-ada", "client-ben", "client-cora")
PARTIES = ("client:client-ada", "client:client-ben", "payer:payer-harbor")
BILLER = Actor("user-biller", "biller")

amounts = st.sampled_from((1, 50_00, 99_99, 110_00, 150_00, 300_00))
shares = st.sampled_from((1, 33, 50, 100, 100, 101))  # per cent of what is open or unapplied: 101 is refused
picks = st.integers(0, 99)
classes = st.sampled_from(("contractual", "courtesy", "denial", "bad_debt"))
methods = st.sampled_from(("cash", "card", "check", "remittance"))


class Practice(RuleBasedStateMachine):
    """Commands in any order on a copy of the furnished practice. Refusals are answers: they must change nothing."""

    def __init__(self, furnished: Path) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "record.duckdb"
        shutil.copy(furnished, path)
        self.now = datetime(2026, 3, 2, 14, tzinfo=UTC)
        self.record = Record(path, clock=lambda: self.now, ids=seeded_ids(2))
        self.documents: dict[str, str] = {}
        self.visits = 0
        self.checked = 0

    def do(self, command, **parameters):
        self.now += timedelta(minutes=1)
        with suppress(Refusal):
            self.record.run(command, BILLER, reason="Because", **parameters)

    def pick(self, table, number):
        """One row of a table: mostly one that can still be undone, now and then one that cannot. None if it is empty."""
        key, done = {
            "charges": ("charge_id", "status = 'void'"),
            "payments": ("payment_id", "status = 'void'"),
            "invoices": ("invoice_id", "status = 'void'"),
            "allocations": (
                "allocation_id",
                "amount_minor < 0 or allocation_id in (select reverses_id from allocations)",
            ),
            "adjustments": (
                "adjustment_id",
                "amount_minor < 0 or adjustment_id in (select reverses_id from adjustments)",
            ),
        }[table]
        with self.record.read() as reader:
            rows = reader.rows(f"select *, coalesce({done}, false) as is_done from {table} order by known_at, {key}")
        rows = [row for row in rows if number % 10 == 9 or not row["is_done"]]
        return rows[number % len(rows)] if rows else None

    @initialize(more=st.lists(amounts, min_size=1, max_size=3))
    def a_morning_at_the_desk(self, more):
        """Something to work on, whichever rules a run is made of."""
        for number, amount in enumerate(more):
            self.charge(CLIENTS[number % 3], amount, number * 40)
            self.pay(PARTIES[number % 3], amount, "check")
            self.charge("client-ben", 150_00, number * 20)
            self.transfer(number, PARTIES[1], 33)
            self.pay_for_a_charge(number, 50, 0, "check")

    @rule(days=st.integers(1, 45))
    def time_passes(self, days):
        self.now += timedelta(days=days)

    def item(self, number, party=None):
        """A charge, a party (the given one) that ever owed it, and what it owes: an open one where there is any."""
        with self.record.read() as reader:
            rows = reader.rows(
                "select charge_id, party, sum(debit_minor - credit_minor)::bigint as open_minor from postings"
                " where account in ('1100', '1110') and (? is null or party = ?) group by all order by all",
                party,
                party,
            )
        rows = [row for row in rows if row["open_minor"]] or rows
        return rows[number % len(rows)] if rows else None

    def unapplied(self, number):
        """A payment of which something is unapplied, if there is any."""
        with self.record.read() as reader:
            rows = queries.payments(reader, BILLER, only_unapplied=True) or queries.payments(reader, BILLER)
        return rows[number % len(rows)] if rows else None

    @rule(client=st.sampled_from(CLIENTS), amount=amounts, ago=st.integers(0, 130))
    def charge(self, client, amount, ago):
        self.visits += 1
        day = self.now.date() - timedelta(days=ago)
        rows = visit_rows(self.visits, client=client, provider="prov-moss", service="svc-visit", day=day)
        self.record.run(INSERT, SYSTEM, rows=rows)
        self.do(commands.charge_visit, attendee_id=f"att-{self.visits}", amount_minor=amount)

    @rule(party=st.sampled_from(PARTIES), amount=amounts, method=methods)
    def pay(self, party, amount, method):
        self.do(commands.take_payment, party=party, amount_minor=amount, method=method, location_id="loc-elm")

    @rule(number=picks, share=st.sampled_from((50, 100, 150)), more=st.sampled_from((0, 10_00)), method=methods)
    def pay_for_a_charge(self, number, share, more, method):
        if item := self.item(number):
            paid = max(item["open_minor"] * share // 100, 1)
            self.do(
                commands.take_payment, party=item["party"], amount_minor=paid + more, method=method,
                location_id="loc-elm", charges=[{"charge_id": item["charge_id"], "amount_minor": paid}],
            )  # fmt: skip

    @rule(payment=picks, number=picks, share=shares)
    def allocate(self, payment, number, share):
        if (paid := self.unapplied(payment)) and (item := self.item(number, paid["party"])):
            most = min(paid["unapplied_minor"], item["open_minor"])
            self.do(
                commands.allocate_payment, payment_id=paid["payment_id"], charge_id=item["charge_id"],
                amount_minor=most * share // 100,
            )  # fmt: skip

    @rule(number=picks)
    def deallocate(self, number):
        if allocation := self.pick("allocations", number):
            self.do(commands.deallocate, allocation_id=allocation["allocation_id"])

    @rule(number=picks, to=st.sampled_from(PARTIES), share=shares)
    def transfer(self, number, to, share):
        if item := self.item(number):
            self.do(
                commands.transfer_responsibility, charge_id=item["charge_id"], from_party=item["party"], to_party=to,
                amount_minor=item["open_minor"] * share // 100,
            )  # fmt: skip

    @rule(number=picks, kind=classes, share=shares)
    def adjust(self, number, kind, share):
        if item := self.item(number):
            self.do(
                commands.adjust_charge, charge_id=item["charge_id"], party=item["party"], adjustment_class=kind,
                amount_minor=item["open_minor"] * share // 100,
            )  # fmt: skip

    @rule(number=picks)
    def reverse(self, number):
        if adjustment := self.pick("adjustments", number):
            self.do(commands.reverse_adjustment, adjustment_id=adjustment["adjustment_id"])

    @rule(number=picks, share=shares)
    def refund_credit(self, number, share):
        if payment := self.unapplied(number):
            self.do(
                commands.refund_payment, payment_id=payment["payment_id"], method="card",
                amount_minor=payment["unapplied_minor"] * share // 100,
            )  # fmt: skip

    @rule(number=picks, share=shares, correction=st.sampled_from(("courtesy", "void")))
    def refund_applied(self, number, share, correction):
        if allocation := self.pick("allocations", number):
            self.do(
                commands.refund_payment, payment_id=allocation["payment_id"], method="bank", correction=correction,
                amount_minor=abs(allocation["amount_minor"]) * share // 100,
                allocation_ids=[allocation["allocation_id"]],
            )  # fmt: skip

    @rule(number=picks)
    def void_charge(self, number):
        if charge := self.pick("charges", number):
            self.do(commands.void_charge, charge_id=charge["charge_id"])

    @rule(number=picks)
    def void_payment(self, number):
        if payment := self.pick("payments", number):
            self.do(commands.void_payment, payment_id=payment["payment_id"])

    @rule(numbers=st.lists(picks, min_size=1, max_size=3))
    def invoice(self, numbers):
        charges = [item["charge_id"] for number in numbers if (item := self.item(number))]
        self.do(commands.issue_invoice, charge_ids=charges)

    @rule(number=picks)
    def void_invoice(self, number):
        if invoice := self.pick("invoices", number):
            self.do(commands.void_invoice, invoice_id=invoice["invoice_id"])

    @invariant()
    def every_cent_is_accounted_for(self):
        with self.record.read() as reader:
            written = reader.value("select max(seq) from audit_entries")
            if written == self.checked:
                return
            self.checked = written
            postings = reader.rows("select * from postings order by transaction_id, posting_id")
            payments = queries.payments(reader, BILLER)
            invoices = reader.rows("select invoice_id, number, document from invoices order by number")
            charges = reader.rows("select * from charges")
        entries_balance(postings)
        dates = sorted({posting["post_date"] for posting in postings})
        for as_of in {*dates[-2:], *dates[:: max(len(dates) // 3, 1)]}:
            items_are_the_ledger(postings, as_of)
        payments_are_their_pots(postings, payments)
        voids_and_estimates_leave_nothing(postings, charges)
        assert [invoice["number"] for invoice in invoices] == list(range(1, len(invoices) + 1))
        for invoice in invoices:
            assert self.documents.setdefault(invoice["invoice_id"], invoice["document"]) == invoice["document"]

    def teardown(self):
        try:
            self.buckets_are_the_ledger_on_every_day()
        finally:
            self.record.close()
            self.folder.cleanup()

    def buckets_are_the_ledger_on_every_day(self):
        """Law 6 as the pages ask for it, in SQL, against the pure answer."""
        with self.record.read() as reader:
            postings = reader.rows("select * from postings")
            for as_of in sorted({posting["post_date"] for posting in postings}):
                items = aging.open_items(postings, as_of)
                for by in ("party", "client"):
                    answer = queries.receivables(reader, BILLER, as_of, by=by)
                    assert answer["buckets"] == aging.aging(items, as_of)
                    assert answer["credit_minor"] == 0
                    assert answer["open_minor"] == answer["ledger_minor"] == sum(answer["buckets"].values())


def signed(posting):
    return posting["debit_minor"] - posting["credit_minor"]


def entries_balance(postings):
    for _, entry in groupby(postings, key=lambda posting: posting["transaction_id"]):
        assert sum(map(signed, entry)) == 0


def items_are_the_ledger(postings, as_of):
    """Σ items = 1100 + 1110 for the practice, each party and each client; no item below zero; credit is covered."""
    items = aging.open_items(postings, as_of)
    assert all(item.balance_minor > 0 for item in items)
    assert sum(aging.aging(items, as_of).values()) == sum(item.open_minor for item in items)
    accounts: dict[tuple, int] = defaultdict(int)
    for posting in postings:
        if posting["post_date"] <= as_of:
            accounts[posting["account"],] += signed(posting)
            if posting["account"] in ("1100", "1110"):
                accounts["party", posting["party"]] += signed(posting)
                accounts["client", posting["client_id"]] += signed(posting)
    assert accounts["1100",] + accounts["1110",] == sum(item.balance_minor for item in items)
    for name in ("party", "client_id"):
        by_items: dict[str, int] = defaultdict(int)
        for item in items:
            by_items[getattr(item, name)] += item.balance_minor
        kind = name.removesuffix("_id")
        by_ledger = {key[1]: amount for key, amount in accounts.items() if key[0] == kind and amount}
        assert dict(by_items) == by_ledger
    waiting = -(accounts["2100",] + accounts["2130",] + accounts["1040",])
    held = accounts["1000",] + accounts["1010",] + accounts["1020",]
    assert 0 <= waiting <= held
    assert min(-accounts["2100",], -accounts["2130",], -accounts["1040",]) >= 0


def payments_are_their_pots(postings, payments):
    """Unapplied = payment − refunds − allocations = what its pots hold, and no pot is below zero."""
    pots: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for posting in postings:
        if posting["payment_id"] and posting["account"] in ("2100", "2130", "1040"):
            pots[posting["payment_id"]][posting["account"]] -= signed(posting)
    for payment in payments:
        held = pots[payment["payment_id"]]
        assert sum(held.values()) == payment["unapplied_minor"] >= 0
        assert all(amount >= 0 for amount in held.values())
        if payment["unapplied_minor"] == 0:
            assert not held["1040"]


def voids_and_estimates_leave_nothing(postings, charges):
    """A void charge is zero in every account; an estimate is nothing once its payer owes nothing."""
    moved: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    owed_first: dict[str, int] = defaultdict(int)
    payer_of = {charge["charge_id"]: f"payer:{charge['payer_id']}" for charge in charges}
    for posting in postings:
        charge_id = posting["charge_id"]
        if charge_id and posting["account"] not in ("2100", "2130", "1040"):
            moved[charge_id][posting["account"]] += signed(posting)
        if charge_id and posting["party"] == payer_of[charge_id]:
            owed_first[charge_id] += signed(posting) if posting["account"] == "1100" else 0
    for charge in charges:
        accounts = moved[charge["charge_id"]]
        if charge["status"] == "void":
            assert not any(accounts.values())
        assert accounts["1190"] <= 0
        assert accounts["1190"] == -accounts["4105"]
        if not owed_first[charge["charge_id"]]:
            assert accounts["1190"] == 0


@pytest.fixture
def furnished(record, house, tmp_path):
    """The furnished practice's file, closed."""
    record.close()
    return tmp_path / "record.duckdb"


@pytest.mark.heavy
def test_any_order_of_money_commands_keeps_the_laws(furnished):
    # No shrinking: a failure of thirty steps reads well enough, and the short suite must end in time.
    run_state_machine_as_test(
        lambda: Practice(furnished),
        settings=settings(max_examples=10, stateful_step_count=30, phases=[Phase.explicit, Phase.generate]),
    )


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_thousands_of_random_money_commands_keep_the_laws(furnished):
    run_state_machine_as_test(lambda: Practice(furnished), settings=settings(max_examples=60, stateful_step_count=80))
