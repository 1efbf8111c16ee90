"""The books for the accountant: each day's journal balances, and the journals sum to the trial balance's movement."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.access.permissions import SYSTEM
from practice.billing import books, commands
from practice.errors import NotPermitted, Refusal
from practice.money import Currency
from tests.conftest import INSERT

USD = Currency.of("USD")
TODAY = date(2026, 3, 2)


@pytest.fixture
def ask(desk, owner):
    """`ask(books.balances, basis="cash", as_of=…)`"""

    def asked(query, *, who=None, **parameters):
        with desk.record.read() as reader:
            return query(reader, who or owner, **parameters)

    return asked


def moved(journals):
    """{(day, location): {account: debit − credit}}"""
    return {(one.day, one.location): {line.account: line.moved_minor for line in one.lines} for one in journals}


@pytest.fixture
def two_days(desk, clock, ada, harbor):
    """By hand. Monday: Ada is charged 150.00 and pays 200.00 by card, of which 150.00 are put to it. Ben's payer is
    charged 150.00, of which its contract allows 110.00. Tuesday: 5.00 of Ada's charge is refunded in cash, as a
    courtesy; the payer sends 110.00, and 40.00 are contractual."""
    charge = desk.charged("client-ada")
    payment = desk.receives(ada, 200_00, on=[(charge, 150_00)])
    bens = desk.charged("client-ben")
    clock.forward(days=1)
    [allocation] = desk.rows("select allocation_id from allocations")
    desk.run(
        commands.refund_payment, payment_id=payment, amount_minor=5_00, method="cash",
        allocation_ids=[allocation["allocation_id"]],
    )  # fmt: skip
    desk.receives(harbor, 110_00, method="remittance", on=[(bens, 110_00)])
    desk.adjusts(bens, harbor, "contractual", 40_00)
    return TODAY, TODAY + timedelta(days=1)


def test_the_accrual_journal_is_the_ledger(ask, two_days):
    monday, tuesday = two_days
    found = moved(ask(books.journals, basis="accrual", first=monday, last=tuesday))
    assert found == {
        (monday, "Elm Street"): {
            "1020": 200_00, "1100": 150_00, "1190": -40_00, "2100": -50_00, "4000": -300_00, "4105": 40_00,
        },
        (tuesday, "Elm Street"): {
            "1000": 110_00, "1010": -5_00, "1100": -150_00, "1190": 40_00, "4100": 40_00, "4105": -40_00, "4110": 5_00,
        },
    }  # fmt: skip


def test_the_cash_journal_recognises_income_when_money_is_applied(ask, two_days):
    monday, tuesday = two_days
    found = moved(ask(books.journals, basis="cash", first=monday, last=tuesday))
    assert found == {
        (monday, "Elm Street"): {"1020": 200_00, "2100": -50_00, "4000": -150_00},
        (tuesday, "Elm Street"): {"1000": 110_00, "1010": -5_00, "4000": -105_00},
    }
    balances = {row["account"]: row for row in ask(books.balances, basis="cash", as_of=tuesday)}
    assert {account: row["debit_minor"] - row["credit_minor"] for account, row in balances.items()} == {
        "1000": 110_00, "1010": -5_00, "1020": 200_00, "2100": -50_00, "4000": -255_00,
    }  # fmt: skip


def test_money_of_one_location_for_a_charge_of_another_balances_at_each(desk, ask, ada):
    oak = {"location_id": "loc-oak", "name": "Oak Court", "zone": "America/New_York", "is_active": True}
    desk.record.run(INSERT, SYSTEM, rows=[("locations", oak)])
    charge = desk.charged("client-ada", location="loc-oak")
    desk.receives(ada, 150_00, on=[(charge, 150_00)])  # at Elm Street
    assert moved(ask(books.journals, basis="cash", first=TODAY, last=TODAY)) == {
        (TODAY, "Elm Street"): {"1020": 150_00, "1900": -150_00},
        (TODAY, "Oak Court"): {"1900": 150_00, "4000": -150_00},
    }
    assert "1900" not in {row["account"] for row in ask(books.balances, basis="cash", as_of=TODAY)}


def test_quickbooks_gets_its_columns_and_xero_its_own(ask, two_days):
    monday, _ = two_days
    found = ask(books.journals, basis="cash", first=monday, last=monday)
    [text] = books.files(found, "quickbooks", USD)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0] == {
        "JournalNo": "DB-20260302-1-C", "JournalDate": "03/02/2026", "AccountName": "Card clearing",
        "Debits": "200.00", "Credits": "", "Description": "Daybook, account 1020", "Currency": "USD",
        "Location": "Elm Street",
    }  # fmt: skip
    assert (rows[-1]["Debits"], rows[-1]["Credits"]) == ("", "150.00")
    assert all(len(row["JournalNo"]) <= 21 for row in rows)

    [text] = books.files(found, "xero", USD, tax_rate="No VAT")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[-1].values()) == [
        "DB-20260302-1-C Elm Street", "02 Mar 2026", "Service income", "4000", "No VAT", "-150.00", "Location",
        "Elm Street", "", "",
    ]  # fmt: skip
    assert "Ada" not in text


def test_a_file_ends_where_the_product_stops_and_cuts_no_journal(monkeypatch, ask, two_days):
    monkeypatch.setattr(books, "XERO_LINES", 5)
    found = ask(books.journals, basis="cash", first=two_days[0], last=two_days[1])
    assert [text.count("\r\n") - 1 for text in books.files(found, "xero", USD)] == [3, 3]


def test_who_may_export_and_what_can_be_asked(ask, as_role):
    with pytest.raises(NotPermitted):
        ask(books.journals, who=as_role("front_desk"), basis="cash", first=TODAY, last=TODAY)
    with pytest.raises(Refusal, match="use accrual or cash"):
        ask(books.journals, basis="tax", first=TODAY, last=TODAY)
    with pytest.raises(Refusal, match="lies after the last"):
        ask(books.journals, basis="cash", first=TODAY, last=TODAY - timedelta(days=1))
    with pytest.raises(Refusal, match="use quickbooks or xero"):
        books.files([], "ledger", USD)
    assert ask(books.journals, basis="cash", first=TODAY, last=TODAY) == []


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["charge", "pay", "move", "adjust", "void", "refund", "transfer", "night"]),
        st.integers(0, 4),
        st.integers(1, 200_00),
    ),
    max_size=14,
)


@settings(max_examples=15)
@given(events=EVENTS)
def test_law_each_day_balances_and_the_days_sum_to_the_trial_balance(desk, ask, clock, events):
    """Any day's work: Σ of a journal = 0; journals from a to b = trial balance of b − that of the day before a."""
    party = "client:client-dan"
    charges, payments = [desk.charged("client-dan"), desk.charged("client-ben")], [desk.receives(party, 40_00)]
    started = clock.instant.date()
    for kind, which, amount in events:
        charge, payment = charges[which % len(charges)], payments[which % len(payments)]
        try:
            if kind == "charge":
                charges.append(desk.charged("client-dan", amount))
            elif kind == "pay":
                payments.append(desk.receives(party, amount, on=[(charge, amount)]))
            elif kind == "move":
                desk.allocates(payment, charge, amount)
            elif kind == "adjust":
                desk.adjusts(charge, party, "charity", amount)
            elif kind == "void":
                desk.run(commands.void_charge, charge_id=charge)
            elif kind == "transfer":
                desk.transfers(charge, "payer:payer-harbor", "client:client-ben", amount)
            elif kind == "refund":
                desk.run(commands.refund_payment, payment_id=payment, amount_minor=amount, method="bank")
            else:
                clock.forward(days=1)
        except Refusal:
            continue
    ended = clock.instant.date()
    for basis in books.BASES:
        sums = {}
        for journal in ask(books.journals, basis=basis, first=started, last=ended):  # raises if one does not balance
            for line in journal.lines:
                sums[line.account] = sums.get(line.account, 0) + line.moved_minor
        before, after = (
            {row["account"]: row["debit_minor"] - row["credit_minor"] for row in rows}
            for rows in (ask(books.balances, basis=basis, as_of=day) for day in (started - timedelta(days=1), ended))
        )
        assert sum(after.values()) == 0
        movement = {account: after.get(account, 0) - before.get(account, 0) for account in {*before, *after}}
        assert {account: sum_ for account, sum_ in sums.items() if sum_} == {
            account: change for account, change in movement.items() if change
        }
        if basis == "accrual":
            assert after == {account: balance for account, balance in desk.balances().items() if balance}, (
                "the accrual trial balance is the ledger's"
            )
        else:
            assert not set(after) & {"1100", "1110", "1190", "4100", "4105", "4110", "4130", "5100"}
