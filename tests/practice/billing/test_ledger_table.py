"""The ledger's table, row by row: each event and the accounts it moves (docs: event | debit | credit)."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from practice.billing import ledger
from practice.billing.accounts import ADJUSTMENT_ACCOUNT, METHOD_ACCOUNT

WHEN = datetime(2026, 3, 2, 14)
COVERED = {
    "charge_id": "c1", "client_id": "ben", "guarantor_client_id": "ben", "payer_id": "harbor", "provider_id": "moss",
    "location_id": "elm", "service_date": date(2026, 2, 27), "kind": "service", "amount_minor": 150_00,
}  # fmt: skip
SELF_PAY = COVERED | {"charge_id": "c2", "client_id": "cora", "guarantor_client_id": "ada", "payer_id": None}
MISSED = SELF_PAY | {"charge_id": "c3", "kind": "missed_visit", "amount_minor": 50_00}
PRODUCT = SELF_PAY | {"charge_id": "c4", "kind": "product", "amount_minor": 25_00}
FROM_ADA = {
    "payment_id": "p1", "party": "client:ada", "client_id": "ada", "payer_id": None, "location_id": "oak",
    "method": "cash", "amount_minor": 80_00,
}  # fmt: skip
FROM_HARBOR = FROM_ADA | {
    "payment_id": "p2", "party": "payer:harbor", "client_id": None, "payer_id": "harbor", "method": "remittance",
}  # fmt: skip


def heading(kind, **more):
    return ledger.Heading("t1", kind, "d1", date(2026, 3, 2), WHEN, "user-biller", **more)


def charge(row, estimate=0):
    return ledger.charge_entry(heading("charge"), row, estimate)


def payment(row, **more):
    return ledger.payment_entry(heading("payment"), row | more)


def allocation(paid, row, amount, **more):
    return ledger.allocation_entry(heading("allocation"), paid, row, amount, **more)


def adjustment(row, party, kind, amount, **more):
    return ledger.adjustment_entry(heading("adjustment"), row, party, kind, amount, **more)


def transfer(row, source, target, amount, **more):
    return ledger.transfer_entry(heading("transfer"), row, source, target, amount, **more)


def refund(paid, method, amount, **more):
    return ledger.refund_entry(heading("refund"), paid, method, amount, **more)


HARBOR, BEN, ADA = "payer:harbor", "client:ben", "client:ada"

ROWS = [
    ("a charge at full fee to a payer", charge(COVERED), "1100 15000 | 4000 15000"),
    ("a charge at full fee, self-pay", charge(SELF_PAY), "1110 15000 | 4000 15000"),
    (
        "the expected contractual at charge, an estimate beside the item",
        charge(COVERED, 40_00),
        "1100 15000, 4105 4000 | 4000 15000, 1190 4000",
    ),
    (
        "the contractual at remittance undoes the estimate",
        adjustment(COVERED, HARBOR, "contractual", 35_00, estimate_minor=40_00),
        "4100 3500, 1190 4000 | 1100 3500, 4105 4000",
    ),
    ("a payer's money in the bank", payment(FROM_HARBOR), "1000 8000 | 1040 8000"),
    ("a payer's check in the bank", payment(FROM_HARBOR, method="check"), "1000 8000 | 1040 8000"),
    ("the line of a remittance posted", allocation(FROM_HARBOR, COVERED, 80_00), "1040 8000 | 1100 8000"),
    (
        "the line that settles the payer ends the estimate",
        allocation(FROM_HARBOR, COVERED, 80_00, estimate_minor=40_00),
        "1040 8000, 1190 4000 | 1100 8000, 4105 4000",
    ),
    (
        "the excess of a line",
        ledger.excess_entry(heading("allocation"), FROM_HARBOR, 30_00),
        "1040 3000 | 2130 3000",
    ),
    (
        "a payer's credit recovered on a later line",
        allocation(FROM_HARBOR, COVERED, 80_00, from_credit_minor=30_00),
        "1040 5000, 2130 3000 | 1100 8000",
    ),
    ("a client pays in cash", payment(FROM_ADA), "1010 8000 | 2100 8000"),
    ("a client pays by card", payment(FROM_ADA, method="card"), "1020 8000 | 2100 8000"),
    ("a client pays by bank transfer", payment(FROM_ADA, method="bank"), "1000 8000 | 2100 8000"),
    ("a client's payment allocated", allocation(FROM_ADA, SELF_PAY, 80_00), "2100 8000 | 1110 8000"),
    ("a transfer from payer to client", transfer(COVERED, HARBOR, BEN, 20_00), "1110 2000 | 1100 2000"),
    ("a transfer back", transfer(COVERED, BEN, HARBOR, 20_00), "1100 2000 | 1110 2000"),
    (
        "a transfer of all that the payer owed ends the estimate",
        transfer(COVERED, HARBOR, BEN, 150_00, estimate_minor=40_00),
        "1110 15000, 1190 4000 | 1100 15000, 4105 4000",
    ),
    ("a refund of credit by card", refund(FROM_ADA, "card", 30_00), "2100 3000 | 1020 3000"),
    ("a refund check to a payer", refund(FROM_HARBOR, "check", 30_00), "2130 3000 | 1000 3000"),
    (
        "a refund of a payer's money that still waits in clearing",
        refund(FROM_HARBOR, "check", 30_00, from_clearing_minor=10_00),
        "1040 1000, 2130 3000 | 2130 1000, 1000 3000",
    ),
    ("a write-off of a courtesy", adjustment(SELF_PAY, ADA, "courtesy", 5_00), "4110 500 | 1110 500"),
    ("a small balance", adjustment(SELF_PAY, ADA, "small_balance", 3), "4120 3 | 1110 3"),
    ("charity", adjustment(SELF_PAY, ADA, "charity", 5_00), "4130 500 | 1110 500"),
    ("a denial written off", adjustment(COVERED, HARBOR, "denial", 5_00), "4140 500 | 1100 500"),
    ("bad debt", adjustment(SELF_PAY, ADA, "bad_debt", 5_00), "5100 500 | 1110 500"),
    ("a missed-visit fee", charge(MISSED), "1110 5000 | 4010 5000"),
    ("a missed-visit fee waived", adjustment(MISSED, ADA, "courtesy", 50_00), "4110 5000 | 1110 5000"),
    ("a product sold", charge(PRODUCT), "1110 2500 | 4020 2500"),
]


def written(entry):
    """Debits | credits, in the order they were posted."""
    return " | ".join(
        ", ".join(f"{leg['account']} {leg[side]}" for leg in entry.postings if leg[side])
        for side in ("debit_minor", "credit_minor")
    )


@pytest.mark.parametrize(("event", "entry", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_an_event_moves_these_accounts(event, entry, expected):
    assert sorted_sides(written(entry)) == sorted_sides(expected)


@pytest.mark.parametrize(("event", "entry", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_its_reversal_is_the_mirror_and_names_it(event, entry, expected):
    back = ledger.mirror(heading("void_charge", reverses_id="t0"), entry.postings)
    assert sorted_sides(written(back)) == sorted_sides(" | ".join(reversed(expected.split(" | "))))
    assert back.transaction()["reverses_id"] == "t0"


def sorted_sides(text):
    return [sorted(side.split(", ")) for side in text.split(" | ")]


def test_a_reversal_without_a_name_is_no_reversal():
    with pytest.raises(ValueError, match="names the transaction"):
        ledger.mirror(heading("void_charge"), charge(SELF_PAY).postings)


def test_an_entry_that_does_not_balance_cannot_be_made():
    half = charge(SELF_PAY).postings[:1]
    with pytest.raises(ValueError, match="does not balance"):
        ledger.Entry(heading("charge"), half)


def test_every_class_and_method_has_an_account_of_the_chart(record):
    with record.read() as reader:
        known = {row["account"] for row in reader.rows("select account from accounts")}
    assert {*ADJUSTMENT_ACCOUNT.values(), *METHOD_ACCOUNT.values()} <= known


def test_items_carry_the_client_seen_and_the_party_that_owes():
    [receivable, income] = charge(SELF_PAY).postings
    assert (receivable["client_id"], receivable["party"], receivable["payer_id"]) == ("cora", "client:ada", None)
    assert (income["party"], income["provider_id"], income["service_date"]) == (None, "moss", date(2026, 2, 27))


def test_the_two_legs_of_an_allocation_stand_at_their_own_locations():
    [credit, receivable] = allocation(FROM_ADA, SELF_PAY, 80_00).postings
    assert (credit["location_id"], credit["client_id"], credit["party"]) == ("oak", "ada", "client:ada")
    assert (receivable["location_id"], receivable["client_id"], receivable["charge_id"]) == ("elm", "cora", "c2")
    assert credit["payment_id"] == receivable["payment_id"] == "p1"


def test_a_payers_part_is_its_own_and_the_clients_part_is_not():
    [to_ben, from_harbor] = transfer(COVERED, HARBOR, BEN, 20_00).postings
    assert (to_ben["payer_id"], from_harbor["payer_id"]) == (None, "harbor")
