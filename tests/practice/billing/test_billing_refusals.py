"""Every "no" of the money commands: one sentence, what is wrong and what would be right; nothing is kept."""

from __future__ import annotations

from datetime import date

import pytest

from practice.access.permissions import SYSTEM
from practice.billing import commands
from practice.errors import NotPermitted, Refusal
from tests.conftest import INSERT


@pytest.fixture
def refused(desk):
    """`refused(command, "part of the sentence", **parameters)`: it says so, and the record is as it was."""

    def check(command, sentence, *, who=None, reason="As agreed", **parameters):
        tables = ("postings", "charges", "payments", "allocations", "adjustments", "transfers", "refunds", "invoices")
        before = [desk.rows(f"select * from {table} order by all") for table in tables]
        with pytest.raises(Refusal) as caught:
            desk.run(command, who=who, reason=reason, **parameters)
        assert sentence in str(caught.value)
        assert [desk.rows(f"select * from {table} order by all") for table in tables] == before
        return caught.value

    return check


@pytest.mark.parametrize(
    "status", ["scheduled", "arrived", "in_session", "left_unseen", "rescheduled", "entered_in_error"]
)
def test_only_what_took_place_is_charged(desk, refused, status):
    visit = desk.sees("client-ada", status=status)
    refused(commands.charge_visit, f"This visit is {status.replace('_', ' ')}; record that", attendee_id=visit)


@pytest.mark.parametrize(
    ("by", "is_late"), [("client", False), ("client", None), ("provider", True), ("practice", True)]
)
def test_a_cancellation_costs_only_when_the_client_was_late(desk, refused, by, is_late):
    visit = desk.sees("client-ada", status="cancelled", cancelled_by=by, is_late=is_late)
    refused(commands.charge_visit, "not cancelled late by the client", attendee_id=visit)


def test_a_visit_is_charged_once(desk, refused):
    visit = desk.sees("client-ada")
    desk.charges(visit)
    refused(commands.charge_visit, "charged already; void that charge first", attendee_id=visit)


def test_a_couple_is_charged_once(desk, refused):
    first = desk.sees("client-ada", billing_unit="appointment")
    second = desk.sees("client-dan", billing_unit="appointment", appointment="apt-1")
    desk.charges(first)
    refused(commands.charge_visit, "charged already", attendee_id=second)


def test_a_zero_fee_is_no_charge(desk, refused):
    free = {
        "service_id": "svc-free", "name": "Free call", "code": None, "duration_minutes": 15, "buffer_before_minutes": 0,
        "buffer_after_minutes": 0, "fee_minor": 0, "capacity": 1, "needs_room": False, "is_for_new_clients": False,
        "is_active": True,
    }  # fmt: skip
    desk.record.run(INSERT, SYSTEM, rows=[("services", free)])
    visit = desk.sees("client-ada", service="svc-free")
    answer = refused(commands.charge_visit, "set a fee for the service, or give an amount", attendee_id=visit)
    assert answer.field == "amount_minor"
    assert desk.due(desk.charges(visit, 10_00)) == 10_00


@pytest.mark.parametrize("amount", [0, -1, True, 10.0, "1000", 10**13])
def test_an_amount_is_a_positive_whole_number_of_cents(desk, refused, ada, amount):
    charge = desk.charged("client-ada")
    payment = desk.receives(ada, 10_00)
    sentence = "whole number of minor units (cents) above zero"
    refused(commands.charge_visit, sentence, attendee_id=desk.sees("client-ada"), amount_minor=amount)
    refused(commands.take_payment, sentence, party=ada, amount_minor=amount, method="cash", location_id="loc-elm")
    refused(commands.allocate_payment, sentence, payment_id=payment, charge_id=charge, amount_minor=amount)
    refused(commands.refund_payment, sentence, payment_id=payment, amount_minor=amount, method="cash")
    refused(
        commands.adjust_charge, sentence, charge_id=charge, party=ada, adjustment_class="courtesy", amount_minor=amount
    )
    refused(
        commands.transfer_responsibility, sentence, charge_id=charge, from_party=ada, to_party="payer:payer-harbor",
        amount_minor=amount,
    )  # fmt: skip


def test_what_moves_money_back_or_away_needs_a_reason(desk, refused, ada, harbor):
    charge = desk.charged("client-ada")
    payment = desk.receives(ada, 30_00)
    allocation = desk.allocates(payment, charge, 10_00)
    adjustment = desk.adjusts(charge, ada, "courtesy", 10_00)
    invoice = desk.invoices(charge)
    for command, parameters in [
        (commands.void_charge, {"charge_id": charge}),
        (commands.void_payment, {"payment_id": payment}),
        (commands.void_invoice, {"invoice_id": invoice}),
        (commands.deallocate, {"allocation_id": allocation}),
        (commands.reverse_adjustment, {"adjustment_id": adjustment}),
        (commands.refund_payment, {"payment_id": payment, "amount_minor": 1, "method": "cash"}),
        (
            commands.adjust_charge,
            {"charge_id": charge, "party": ada, "adjustment_class": "charity", "amount_minor": 1},
        ),
        (
            commands.transfer_responsibility,
            {"charge_id": charge, "from_party": ada, "to_party": harbor, "amount_minor": 1},
        ),
    ]:
        for reason in (None, "  "):
            assert refused(command, "Say why you", reason=reason, **parameters).rule == "reason_needed"


def test_nothing_takes_more_than_is_open(desk, refused, ada, harbor):
    charge = desk.charged("client-ada", 80_00)
    payment = desk.receives(ada, 100_00)
    refused(commands.allocate_payment, "Only $80.00", payment_id=payment, charge_id=charge, amount_minor=80_01)
    refused(
        commands.adjust_charge, "Only $80.00", charge_id=charge, party=ada, adjustment_class="courtesy",
        amount_minor=80_01,
    )  # fmt: skip
    refused(
        commands.transfer_responsibility, "Only $80.00", charge_id=charge, from_party=ada, to_party=harbor,
        amount_minor=80_01,
    )  # fmt: skip
    refused(
        commands.adjust_charge, "Only $0.00", charge_id=charge, party=harbor, adjustment_class="denial", amount_minor=1
    )


def test_a_payment_gives_no_more_than_it_has(desk, refused, ada):
    charge = desk.charged("client-ada")
    payment = desk.receives(ada, 30_00)
    refused(commands.allocate_payment, "Only $30.00", payment_id=payment, charge_id=charge, amount_minor=30_01)
    allocation = desk.allocates(payment, charge, 20_00)
    refund = {"payment_id": payment, "method": "card"}
    refused(commands.refund_payment, "Only $10.00 of this payment is unapplied", amount_minor=10_01, **refund)
    refused(commands.refund_payment, "Only $30.00 of this payment", amount_minor=30_01, **refund)
    refused(
        commands.refund_payment,
        "These allocations hold $20.00",
        amount_minor=20_01,
        allocation_ids=[allocation],
        **refund,
    )
    desk.run(commands.refund_payment, amount_minor=10_00, **refund)
    refused(commands.refund_payment, "Only $20.00 of this payment has not", amount_minor=20_01, **refund)
    refused(commands.void_payment, "$10.00 of this payment was refunded", payment_id=payment)


def test_what_was_undone_is_not_undone_again(desk, refused, ada):
    charge = desk.charged("client-ada")
    payment = desk.receives(ada, 30_00)
    allocation = desk.allocates(payment, charge, 20_00)
    taken_back = desk.run(commands.deallocate, allocation_id=allocation)["allocation_id"]
    for one in (allocation, taken_back):
        refused(commands.deallocate, "taken back before", allocation_id=one)
    refused(
        commands.refund_payment, "taken back before", payment_id=payment, amount_minor=1, method="card",
        allocation_ids=[allocation],
    )  # fmt: skip
    adjustment = desk.adjusts(charge, ada, "courtesy", 10_00)
    reversal = desk.run(commands.reverse_adjustment, adjustment_id=adjustment)["adjustment_id"]
    for one in (adjustment, reversal):
        refused(commands.reverse_adjustment, "reversed before", adjustment_id=one)
    desk.run(commands.void_charge, charge_id=charge)
    refused(commands.void_charge, "This charge is void", charge_id=charge)
    refused(commands.allocate_payment, "This charge is void", payment_id=payment, charge_id=charge, amount_minor=1)
    desk.run(commands.void_payment, payment_id=payment)
    refused(commands.void_payment, "This payment is void", payment_id=payment)


def test_a_payment_pays_only_its_own_partys_charges(desk, refused, ada, harbor):
    bens = desk.charged("client-ben")
    payment = desk.receives(ada, 30_00)
    refused(commands.allocate_payment, "Only $0.00", payment_id=payment, charge_id=bens, amount_minor=1)
    refused(
        commands.take_payment, "never owed by who pays", party=ada, amount_minor=10, method="cash",
        location_id="loc-elm", charges=[{"charge_id": bens, "amount_minor": 10}],
    )  # fmt: skip
    other = desk.receives(harbor, 10_00, "remittance")
    allocation = desk.allocates(other, bens, 10_00)
    refused(
        commands.refund_payment, "another payment", payment_id=payment, amount_minor=1, method="card",
        allocation_ids=[allocation],
    )  # fmt: skip


def test_a_payment_says_truly_who_paid_how_and_when(desk, refused, ada, harbor):
    taken = {"party": ada, "amount_minor": 10_00, "method": "cash", "location_id": "loc-elm"}
    refused(commands.take_payment, "use one of cash, card, bank, check", **taken | {"method": "remittance"})
    refused(commands.take_payment, "is not how this party pays", **taken | {"method": "cowries"})
    refused(commands.take_payment, "written client:<client_id>", **taken | {"party": "Ada"})
    refused(commands.take_payment, "This client does not exist", **taken | {"party": "client:nobody"})
    refused(commands.take_payment, "This payer does not exist", **taken | {"party": "payer:nobody"})
    refused(commands.take_payment, "cannot arrive in the future", **taken, received_date="2026-03-03")
    refused(commands.take_payment, "written like 2026-03-31", **taken, received_date="yesterday")
    answer = refused(
        commands.take_payment, "take the payment for the guarantor", **taken | {"party": "client:client-cora"}
    )
    assert answer.alternatives == (ada,)
    charge = desk.charged("client-ada", 80_00)
    refused(
        commands.take_payment, "The charges take $20.00 but the payment is $10.00", **taken,
        charges=[{"charge_id": charge, "amount_minor": 20_00}],
    )  # fmt: skip


def test_adjustments_have_a_class_and_a_contract_binds_payers_only(desk, refused, ada):
    charge = desk.charged("client-ada")
    lowered = {"charge_id": charge, "party": ada, "amount_minor": 1}
    refused(commands.adjust_charge, "is not a class of adjustment", adjustment_class="discount", **lowered)
    refused(commands.adjust_charge, "for a client use courtesy", adjustment_class="contractual", **lowered)
    refused(
        commands.transfer_responsibility, "The two parties are the same", charge_id=charge, from_party=ada, to_party=ada,
        amount_minor=1,
    )  # fmt: skip


def test_a_locked_period_says_when_it_opens(desk, refused, clock, ada):
    visit = desk.sees("client-ada")
    desk.record.run(INSERT, SYSTEM, rows=[("settings", {"name": "lock_date", "value": '"2026-03-02"'})])
    answer = refused(commands.charge_visit, "locked up to 2026-03-02", attendee_id=visit)
    assert answer.alternatives == ("2026-03-03",)
    refused(commands.take_payment, "locked", party=ada, amount_minor=1, method="cash", location_id="loc-elm")
    clock.forward(days=1)
    charge = desk.charges(visit)
    [row] = desk.rows("select service_date, post_date from charges where charge_id = ?", charge)
    assert (row["service_date"], row["post_date"]) == (date(2026, 3, 2), date(2026, 3, 3))


MAY = {
    "front_desk": {
        "add_authorisation",
        "change_authorisation",
        "withdraw_authorisation",
        "sell",
        "charge_visit",
        "code_charge",
        "diagnose_charges",
        "issue_estimate",
        "issue_invoice",
        "issue_receipt",
        "issue_statement",
        "issue_superbill",
        "take_payment",
    },
    "provider": {"add_diagnosis", "end_diagnosis", "put_diagnosis_first", "withdraw_diagnosis"},
    "analyst": set(),
}


@pytest.mark.parametrize("role", MAY)
def test_roles_do_what_the_permission_table_says(record, as_role, role):
    who = as_role(role)
    for name in commands.__all__:
        command = getattr(commands, name)
        assert who.may(command.needs) == (name in MAY[role]), name
        if name not in MAY[role]:
            with pytest.raises(NotPermitted):
                record.run(command, who, reason="Why not")


def test_somebody_of_another_location_touches_no_money_here(desk, as_role, refused, ada):
    charge = desk.charged("client-ada")
    payment = desk.receives(ada, 30_00)
    allocation = desk.allocates(payment, charge, 20_00)
    adjustment = desk.adjusts(charge, ada, "courtesy", 10_00)
    invoice = desk.invoices(charge)
    stranger = as_role("biller", location_ids=frozenset({"loc-oak"}))
    for command, parameters in [
        (commands.charge_visit, {"attendee_id": desk.sees("client-ada")}),
        (commands.void_charge, {"charge_id": charge}),
        (commands.void_payment, {"payment_id": payment}),
        (commands.void_invoice, {"invoice_id": invoice}),
        (commands.issue_invoice, {"charge_ids": [charge]}),
        (commands.deallocate, {"allocation_id": allocation}),
        (commands.reverse_adjustment, {"adjustment_id": adjustment}),
        (commands.allocate_payment, {"payment_id": payment, "charge_id": charge, "amount_minor": 1}),
        (commands.refund_payment, {"payment_id": payment, "amount_minor": 1, "method": "cash"}),
        (
            commands.take_payment,
            {"party": ada, "amount_minor": 1, "method": "cash", "location_id": "loc-elm"},
        ),
        (
            commands.adjust_charge,
            {"charge_id": charge, "party": ada, "adjustment_class": "charity", "amount_minor": 1},
        ),
        (
            commands.transfer_responsibility,
            {"charge_id": charge, "from_party": ada, "to_party": "payer:payer-harbor", "amount_minor": 1},
        ),
    ]:
        refused(command, "You work at another location", who=stranger, **parameters)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"received_date": "1026-03-02"}, "not between 1900 and 2199; check the year"),
        ({"reference": "x" * 201}, "The reference is too long"),
        ({"reference": "check\x00 12"}, "cannot be printed"),
    ],
)
def test_what_is_noted_of_a_payment_is_plausible(refused, typed, sentence):
    taken = {"party": "client:client-ada", "amount_minor": 1, "method": "check", "location_id": "loc-elm"}
    refused(commands.take_payment, sentence, **taken | typed)
