"""What pages ask: lists with names, accounts of clients, payments with what is left of them; by permission and scope."""

from __future__ import annotations

from datetime import date

import pytest

from practice.access.permissions import SYSTEM
from practice.billing import commands, queries
from practice.errors import NotPermitted
from tests.conftest import INSERT


@pytest.fixture
def ask(desk):
    """`ask(queries.payments, client_id=…)` as the biller."""

    def asked(query, *values, who=None, **more):
        with desk.record.read() as reader:
            return query(reader, who or desk.who, *values, **more)

    return asked


def test_missed_visits_that_could_be_charged_are_a_list_of_their_own(desk, ask):
    missed = desk.sees("client-ada", status="no_show")
    desk.sees("client-ada", status="cancelled", cancelled_by="client", is_late=False)
    late = desk.sees("client-dan", status="cancelled", cancelled_by="client", is_late=True)
    assert ask(queries.to_charge) == []
    assert [row["attendee_id"] for row in ask(queries.missed_to_charge)] == [missed, late]
    desk.charges(late)
    assert [row["attendee_id"] for row in ask(queries.missed_to_charge)] == [missed]


def test_open_items_are_charge_by_party_with_age_and_invoice(desk, ask, harbor):
    ben = "client:client-ben"
    old = desk.charged("client-ben", day=date(2026, 1, 5))
    desk.transfers(old, harbor, ben, 20_00)
    desk.invoices(old)
    new = desk.charged("client-ada")
    shown = [
        (row["charge_id"], row["party_name"], row["open_minor"], row["age_days"], row["bucket"], row["invoice_number"])
        for row in ask(queries.open_items)
    ]
    assert shown == [
        (old, "Ben Alder", 20_00, 56, "31-60", 1),
        (old, "Harbor Health", 130_00, 56, "31-60", None),
        (new, "Ada Birch", 150_00, 0, "0-30", None),
    ]
    assert [row["open_minor"] for row in ask(queries.open_items, party=harbor)] == [130_00]
    assert len(ask(queries.open_items, client_id="client-ben")) == 2


def test_payments_show_what_is_left_of_them_and_their_age(desk, ask, clock, ada):
    charge = desk.charged("client-ada", 80_00)
    payment = desk.receives(ada, 100_00, on=[(charge, 30_00)])
    desk.run(commands.refund_payment, payment_id=payment, amount_minor=15_00, method="card", reason="Overpaid")
    void = desk.receives(ada, 7_00)
    desk.run(commands.void_payment, payment_id=void)
    clock.forward(days=12)
    rows = {row["payment_id"]: row for row in ask(queries.payments, client_id="client-ada")}
    names = ("allocated_minor", "refunded_minor", "unapplied_minor", "age_days", "status")
    assert [rows[payment][name] for name in names] == [30_00, 15_00, 55_00, 12, "posted"]
    assert [rows[void][name] for name in names] == [0, 0, 0, 12, "void"]
    assert [row["payment_id"] for row in ask(queries.payments, only_unapplied=True)] == [payment]
    [refund] = ask(queries.refunds)
    assert (refund["party_name"], refund["amount_minor"], refund["reason"]) == ("Ada Birch", 15_00, "Overpaid")


def test_live_allocations_are_marked(desk, ask, ada):
    charge = desk.charged("client-ada", 80_00)
    payment = desk.receives(ada, 80_00)
    first, second = desk.allocates(payment, charge, 10_00), desk.allocates(payment, charge, 20_00)
    desk.run(commands.deallocate, allocation_id=first)
    rows = ask(queries.allocations, payment_id=payment)
    assert [row["allocation_id"] for row in rows if row["is_live"]] == [second]
    assert sum(row["amount_minor"] for row in rows) == 20_00


def test_a_guarantors_account_has_what_they_owe_for_others_too(desk, ask, clock, ada):
    own = desk.charged("client-ada", 80_00)
    clock.forward(hours=1)
    childs = desk.charged("client-cora", 60_00)
    clock.forward(hours=1)
    desk.receives(ada, 100_00, on=[(own, 80_00)])
    account = ask(queries.client_account, "client-ada")
    assert {charge["charge_id"] for charge in account["charges"]} == {own, childs}
    assert (account["balance_minor"], account["unapplied_minor"]) == (60_00, 20_00)
    assert [(event["kind"], event["amount_minor"]) for event in account["timeline"]] == [
        ("charge", 80_00), ("charge", 60_00), ("payment", 100_00), ("allocation", 80_00),
    ]  # fmt: skip
    cora = account["charges"][1]["client_name"]
    assert [event["whose"] for event in account["timeline"]] == [None, cora, None, None]
    child = ask(queries.client_account, "client-cora")
    assert (child["balance_minor"], child["guarantor_open_minor"]) == (0, 60_00)


def test_a_covered_clients_account_tells_their_part_from_the_payers(desk, ask, harbor):
    charge = desk.charged("client-ben")
    desk.transfers(charge, harbor, "client:client-ben", 20_00)
    account = ask(queries.client_account, "client-ben")
    assert (account["balance_minor"], account["payer_open_minor"]) == (20_00, 130_00)
    assert [event["kind"] for event in account["timeline"]] == ["charge", "transfer"]


def test_the_trial_balance_balances(desk, ask, ada):
    desk.receives(ada, 100_00, on=[(desk.charged("client-ada", 80_00), 80_00)])
    rows = ask(queries.trial_balance, "2026-03-02")
    assert {row["name"]: row["balance_minor"] for row in rows if row["balance_minor"]} == {
        "Card clearing": 100_00, "Client credit (unapplied)": -20_00, "Service income": -80_00,
    }  # fmt: skip
    assert sum(row["debit_minor"] for row in rows) == sum(row["credit_minor"] for row in rows)
    assert ask(queries.trial_balance, "2026-03-01") == []


QUERIES = [
    (queries.to_charge, ()), (queries.missed_to_charge, ()), (queries.to_invoice, ()), (queries.open_items, ()),
    (queries.invoices, ()), (queries.payments, ()), (queries.refunds, ()), (queries.allocations, ()),
    (queries.trial_balance, ("2026-03-02",)),
]  # fmt: skip


def test_money_is_shown_to_who_may_see_it_and_of_their_locations(desk, ask, as_role, ada):
    desk.sees("client-ada")
    desk.sees("client-ada", status="no_show")
    charge, uninvoiced = desk.charged("client-ada", 80_00), desk.charged("client-ada", 10_00)
    invoice = desk.invoices(charge)
    payment = desk.receives(ada, 50_00, on=[(charge, 30_00)])
    desk.run(commands.refund_payment, payment_id=payment, amount_minor=1_00, method="card")
    assert uninvoiced in {row["charge_id"] for row in ask(queries.to_invoice)}
    here, away = (as_role("biller", location_ids=frozenset({place})) for place in ("loc-elm", "loc-oak"))
    for query, values in QUERIES:
        assert ask(query, *values, who=here) == ask(query, *values) != []
        assert ask(query, *values, who=away) == []
        for role in ("provider", "analyst"):
            with pytest.raises(NotPermitted):
                ask(query, *values, who=as_role(role))
    assert ask(queries.receivables, "2026-03-02", who=away)["open_minor"] == 0
    assert ask(queries.client_account, "client-ada", who=away)["charges"] == []
    with pytest.raises(NotPermitted):
        ask(queries.invoice_document, invoice, who=away)


def test_one_posting_day_serves_two_zones(desk, clock, ada):
    """Money taken in Tokyo is a day ahead of New York; putting it to a charge there may not go back in time."""
    tokyo = {
        "location_id": "loc-tokyo", "name": "Tokyo", "zone": "Asia/Tokyo", "address": None, "phone": None,
        "is_active": True,
    }  # fmt: skip
    desk.record.run(INSERT, SYSTEM, rows=[("locations", tokyo)])
    charge = desk.charged("client-ada", 80_00)
    clock.to("2026-03-02T20:00")
    payment = desk.run(
        commands.take_payment, party=ada, amount_minor=80_00, method="card", location_id="loc-tokyo",
        charges=[{"charge_id": charge, "amount_minor": 80_00}],
    )  # fmt: skip
    assert payment["unapplied_minor"] == 0
    assert [row["post_date"] for row in desk.rows("select post_date from allocations")] == [date(2026, 3, 3)]
