"""A deposit is the client's money until it is applied: held for a booking, through its moves, given back when asked."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from practice.access.permissions import SYSTEM, Permission
from practice.billing import commands
from practice.billing.deposits import apply_deposit, return_deposit, set_deposit_rule, take_deposit
from practice.billing.limits import REFUND, set_limit
from practice.billing.queries import client_account, payments
from practice.billing.queries.held import deposit_asked, deposits, deposits_to_take
from practice.errors import Refusal
from practice.scheduling.commands import book_appointment, move_appointment
from practice.store.commands import Command

NEXT_WEEK = date(2026, 3, 9)


def booked(desk, client="client-ada", day=NEXT_WEEK, **more):
    """A visit to come; returns attendee_id."""
    return desk.sees(client, day=day, status="scheduled", **more)


def becomes(desk, attendee_id, **values):
    def change(work):
        work.update("attendees", attendee_id, **values)

    desk.record.run(Command("becomes", Permission.OPERATE, change), SYSTEM)


def held(desk, **which):
    with desk.record.read() as reader:
        return deposits(reader, desk.who, **which)


def test_a_deposit_is_a_liability_until_the_visit_takes_it(desk, clock):
    visit = booked(desk)
    taken = desk.run(take_deposit, attendee_id=visit, amount_minor=50_00, method="card")
    assert desk.balances() == {"1020": 50_00, "2110": -50_00}
    assert desk.unapplied(taken["payment_id"]) == 0

    clock.forward(days=8)
    becomes(desk, visit, status="completed")
    charge = desk.charges(visit)
    (row,) = held(desk)
    assert (row["charge_id"], row["left_minor"], row["age_days"]) == (charge, 50_00, 8)
    answer = desk.run(apply_deposit, deposit_id=row["deposit_id"], charge_id=row["charge_id"])
    assert (answer["amount_minor"], answer["left_minor"]) == (50_00, 0)
    assert desk.due(charge) == 100_00
    assert desk.balances() == {"1020": 50_00, "1110": 100_00, "4000": -150_00}
    assert held(desk) == []


def test_what_is_left_of_a_deposit_is_refunded(desk, clock):
    visit = booked(desk)
    deposit = desk.run(take_deposit, attendee_id=visit, amount_minor=200_00, method="card")["deposit_id"]
    clock.forward(days=8)
    becomes(desk, visit, status="completed")
    desk.run(apply_deposit, deposit_id=deposit, charge_id=desk.charges(visit))
    with pytest.raises(Refusal, match=r"Only \$50.00 of this deposit is left"):
        desk.run(return_deposit, deposit_id=deposit, amount_minor=50_01, method="card")
    desk.run(return_deposit, deposit_id=deposit, method="card")
    assert desk.balances() == {"1020": 150_00, "4000": -150_00}


def test_a_deposit_pays_the_fee_for_a_missed_visit(desk, clock):
    visit = booked(desk)
    deposit = desk.run(take_deposit, attendee_id=visit, amount_minor=80_00, method="cash")["deposit_id"]
    clock.forward(days=8)
    becomes(desk, visit, status="no_show")
    fee = desk.charges(visit)
    desk.run(apply_deposit, deposit_id=deposit, charge_id=fee)
    desk.run(return_deposit, deposit_id=deposit)  # the rest stays as the client's credit
    assert desk.balances() == {"1010": 80_00, "2100": -30_00, "4010": -50_00}


def test_a_deposit_follows_its_booking_through_moves(desk, as_role, clock):
    front = as_role("front_desk")
    there = {"provider_id": "prov-moss", "location_id": "loc-elm"}
    answer = desk.run(
        book_appointment,
        who=front,
        client_id="client-ada",
        service_id="svc-visit",
        wall_start="2026-03-09T10:00",
        **there,
    )
    (visit,) = desk.rows("select attendee_id, appointment_id from attendees")
    deposit = desk.run(take_deposit, who=front, attendee_id=visit["attendee_id"], amount_minor=50_00, method="card")
    for day in ("2026-03-10", "2026-03-11"):
        moved = desk.run(
            move_appointment,
            who=front,
            appointment_id=answer["appointment_id"],
            wall_start=f"{day}T11:00",
            moved_by="client",
        )
        answer = moved
    (row,) = held(desk)
    assert (row["deposit_id"], row["start_date"]) == (deposit["deposit_id"], date(2026, 3, 11))
    assert row["attendee_id"] != visit["attendee_id"]
    # Asked about the visit as it stands now, it is there too.
    assert held(desk, attendee_id=row["attendee_id"]) == [row]


def test_the_rules_ask_first_visits_and_single_clients_for_more(desk, owner):
    def rule(**said):
        desk.run(set_deposit_rule, who=owner, **said)

    def asked(visit):
        with desk.record.read() as reader:
            return deposit_asked(reader, visit)

    new, known = booked(desk, "client-ada"), booked(desk, "client-dan")
    desk.sees("client-dan", day=date(2026, 2, 2))
    assert asked(new) == 0
    rule(service_id="svc-visit", kind="amount", amount_minor=30_00)
    rule(service_id="svc-visit", kind="full", is_for_first_visit=True)
    assert (asked(new), asked(known)) == (150_00, 30_00)
    rule(client_id="client-ada", kind="none")
    assert asked(new) == 0
    rule(client_id="client-ada", kind=None)
    rule(service_id="svc-visit", kind=None, is_for_first_visit=True)
    assert asked(new) == 30_00


def test_the_list_of_deposits_to_take_ends_where_they_are_held(desk, owner, clock):
    desk.run(set_deposit_rule, who=owner, service_id="svc-visit", kind="amount", amount_minor=30_00)
    visit = booked(desk)
    booked(desk, "client-dan", day=date(2026, 3, 2) + timedelta(days=90))  # too far ahead to chase

    def missing():
        with desk.record.read() as reader:
            return [(row["attendee_id"], row["missing_minor"]) for row in deposits_to_take(reader, desk.who)]

    assert missing() == [(visit, 30_00)]
    desk.run(take_deposit, attendee_id=visit, amount_minor=20_00, method="card")
    assert missing() == [(visit, 10_00)]
    desk.run(take_deposit, attendee_id=visit, amount_minor=10_00, method="card")
    assert missing() == []


def test_credit_that_is_there_becomes_the_deposit_and_no_more_than_there_is(desk, ada):
    payment = desk.receives(ada, 40_00)
    visit = booked(desk, "client-cora")  # Ada pays for her child
    with pytest.raises(Refusal, match=r"Only \$40.00 of this payment is unapplied"):
        desk.run(take_deposit, attendee_id=visit, amount_minor=40_01, payment_id=payment)
    desk.run(take_deposit, attendee_id=visit, amount_minor=40_00, payment_id=payment)
    assert desk.balances() == {"1020": 40_00, "2110": -40_00}
    with desk.record.read() as reader:
        (row,) = payments(reader, desk.who)
        assert (row["held_minor"], row["unapplied_minor"]) == (40_00, 0)
        assert client_account(reader, desk.who, "client-cora")["held_minor"] == 40_00


def test_held_money_is_neither_spent_nor_voided_under_it(desk, ada):
    visit, other = booked(desk), desk.charged("client-cora")
    payment = desk.run(take_deposit, attendee_id=visit, amount_minor=50_00, method="card")["payment_id"]
    with pytest.raises(Refusal, match=r"Only \$0.00 of this payment is unapplied"):
        desk.allocates(payment, other, 50_00)
    with pytest.raises(Refusal, match=r"Only \$0.00 of this payment is unapplied"):
        desk.run(commands.refund_payment, payment_id=payment, amount_minor=50_00, method="card")
    with pytest.raises(Refusal, match="held as a deposit"):
        desk.run(commands.void_payment, payment_id=payment)


def test_a_voided_charge_gives_the_deposit_back_as_credit(desk, clock, ada):
    visit = booked(desk)
    taken = desk.run(take_deposit, attendee_id=visit, amount_minor=50_00, method="card")
    clock.forward(days=8)
    becomes(desk, visit, status="completed")
    charge = desk.charges(visit)
    desk.run(apply_deposit, deposit_id=taken["deposit_id"], charge_id=charge)
    desk.run(commands.void_charge, charge_id=charge)
    assert desk.balances() == {"1020": 50_00, "2100": -50_00}
    assert desk.unapplied(taken["payment_id"]) == 50_00


def test_a_refund_above_the_limit_waits_while_the_deposit_is_credit(desk, owner):
    desk.run(set_limit, who=owner, kind=REFUND, role="biller", most=10_00)
    visit = booked(desk)
    taken = desk.run(take_deposit, attendee_id=visit, amount_minor=50_00, method="card")
    answer = desk.run(return_deposit, deposit_id=taken["deposit_id"], method="card")
    assert answer["refund"]["waits"] == "Refund"
    assert desk.unapplied(taken["payment_id"]) == 50_00


def test_a_visit_that_is_over_takes_no_deposit(desk):
    done = desk.sees("client-ada")
    with pytest.raises(Refusal, match="comes too late"):
        desk.run(take_deposit, attendee_id=done, amount_minor=50_00, method="card")
    assert desk.rows("select 1 from payments") == []
