"""A biller's day: charge, ask, receive, put in its place, correct."""

from __future__ import annotations

from datetime import date

from practice.billing import commands, queries
from practice.clock import stored


def test_a_completed_visit_is_charged_at_the_full_fee_to_who_owes_it(desk, ada, harbor):
    ada_visit, ben_visit = desk.sees("client-ada"), desk.sees("client-ben")
    with desk.record.read() as reader:
        waiting = queries.to_charge(reader, desk.who)
    assert [(row["attendee_id"], row["fee_minor"]) for row in waiting] == [(ada_visit, 150_00), (ben_visit, 150_00)]

    answers = [desk.run(commands.charge_visit, attendee_id=visit) for visit in (ada_visit, ben_visit)]
    assert [answer["party"] for answer in answers] == [ada, harbor]
    assert [desk.due(answer["charge_id"]) for answer in answers] == [150_00, 150_00]
    with desk.record.read() as reader:
        assert queries.to_charge(reader, desk.who) == []


def test_the_charge_of_a_child_is_owed_by_the_guarantor(desk, ada):
    charge = desk.charged("client-cora")
    assert desk.due(charge, ada) == 150_00


def test_part_payment_leaves_the_rest_due(desk, ada):
    charge = desk.charged("client-ada", 80_00)
    desk.receives(ada, 50_00, on=[(charge, 50_00)])
    assert desk.due(charge) == 30_00


def test_what_a_client_pays_beyond_the_item_waits_as_their_credit(desk, ada):
    charge = desk.charged("client-ada", 80_00)
    payment = desk.receives(ada, 100_00, on=[(charge, 100_00)])
    assert (desk.due(charge), desk.unapplied(payment)) == (0, 20_00)
    assert desk.balances()["2100"] == -20_00


def test_a_remittance_pays_the_contract_and_leaves_the_client_their_part(desk, harbor):
    ben = "client:client-ben"
    charge = desk.charged("client-ben")
    desk.transfers(charge, harbor, ben, 20_00)
    desk.receives(ben, 20_00, "cash", on=[(charge, 20_00)])
    desk.receives(harbor, 90_00, "remittance", on=[(charge, 90_00)])
    desk.adjusts(charge, harbor, "contractual", 40_00)
    assert desk.due(charge) == 0
    assert desk.balances() == {"1000": 90_00, "1010": 20_00, "4000": -150_00, "4100": 40_00}


def test_a_payer_that_pays_too_much_has_a_credit_and_clearing_is_empty(desk, harbor):
    charge = desk.charged("client-ben", 100_00)
    payment = desk.receives(harbor, 130_00, "remittance", on=[(charge, 130_00)])
    assert (desk.due(charge), desk.unapplied(payment)) == (0, 30_00)
    balances = desk.balances()
    assert "1040" not in balances
    assert balances["2130"] == -30_00

    later = desk.charged("client-ben", 30_00, day=date(2026, 2, 20))
    desk.allocates(payment, later, 30_00)
    assert (desk.due(later), desk.unapplied(payment)) == (0, 0)
    assert "2130" not in desk.balances()


def test_money_of_a_payer_waits_in_clearing_until_its_lines_are_posted(desk, harbor):
    charge = desk.charged("client-ben", 100_00)
    payment = desk.receives(harbor, 100_00, "remittance")
    assert desk.balances()["1040"] == -100_00
    desk.allocates(payment, charge, 100_00)
    assert "1040" not in desk.balances()


def test_an_estimate_ends_with_the_contractual_or_when_the_payer_owes_nothing(desk, harbor):
    charge = desk.charged("client-ben")
    assert desk.balances()["1190"] == -40_00
    contractual = desk.adjusts(charge, harbor, "contractual", 35_00)
    assert "1190" not in desk.balances()
    desk.run(commands.reverse_adjustment, adjustment_id=contractual)
    assert desk.balances()["1190"] == -40_00
    desk.transfers(charge, harbor, "client:client-ben", 150_00)
    assert "1190" not in desk.balances()


def test_taking_an_allocation_back_opens_the_charge_and_frees_the_money(desk, ada):
    charge = desk.charged("client-ada", 80_00)
    payment = desk.receives(ada, 80_00)
    allocation = desk.allocates(payment, charge, 80_00)
    desk.run(commands.deallocate, allocation_id=allocation)
    assert (desk.due(charge), desk.unapplied(payment)) == (80_00, 80_00)


def test_unapplied_money_is_refunded_to_the_cent(desk, ada):
    payment = desk.receives(ada, 80_00)
    desk.run(commands.refund_payment, payment_id=payment, amount_minor=80_00, method="card")
    assert desk.unapplied(payment) == 0
    assert desk.balances() == {}


def test_refunded_applied_money_never_comes_back_as_credit(desk, ada):
    charge = desk.charged("client-ada", 80_00)
    payment = desk.receives(ada, 80_00)
    allocation = desk.allocates(payment, charge, 80_00)
    desk.run(
        commands.refund_payment, payment_id=payment, amount_minor=30_00, method="card", allocation_ids=[allocation]
    )
    assert (desk.due(charge), desk.unapplied(payment)) == (0, 0)
    assert desk.balances() == {"1020": 50_00, "4000": -80_00, "4110": 30_00}


def test_a_refund_may_correct_the_charge_by_its_void(desk, ada):
    charge = desk.charged("client-ada", 80_00)
    payment = desk.receives(ada, 80_00)
    allocation = desk.allocates(payment, charge, 80_00)
    desk.run(
        commands.refund_payment, payment_id=payment, amount_minor=80_00, method="card", allocation_ids=[allocation],
        correction="void",
    )  # fmt: skip
    assert (desk.due(charge), desk.unapplied(payment), desk.balances()) == (0, 0, {})


def test_a_payers_waiting_money_is_sent_back_through_its_credit(desk, harbor):
    payment = desk.receives(harbor, 100_00, "remittance")
    answer = desk.run(commands.refund_payment, payment_id=payment, amount_minor=100_00, method="check")
    assert desk.postings(answer["transaction_id"]) == {
        ("1040", "debit"): 100_00, ("2130", "credit"): 100_00, ("2130", "debit"): 100_00, ("1000", "credit"): 100_00,
    }  # fmt: skip
    assert desk.balances() == {}


def test_a_voided_charge_gives_its_money_back_and_can_be_charged_again(desk, harbor):
    ben = "client:client-ben"
    visit = desk.sees("client-ben")
    charge = desk.charges(visit)
    desk.transfers(charge, harbor, ben, 60_00)
    desk.adjusts(charge, ben, "courtesy", 10_00)
    payment = desk.receives(ben, 50_00, on=[(charge, 50_00)])
    desk.run(commands.void_charge, charge_id=charge)
    assert (desk.due(charge), desk.unapplied(payment)) == (0, 50_00)
    assert desk.balances() == {"1020": 50_00, "2100": -50_00}
    assert desk.due(desk.charges(visit, 70_00)) == 70_00


def test_a_voided_payment_opens_what_it_had_paid(desk, ada, harbor):
    charge = desk.charged("client-ada", 80_00)
    payment = desk.receives(ada, 80_00, on=[(charge, 80_00)])
    desk.run(commands.void_payment, payment_id=payment)
    assert (desk.due(charge), desk.unapplied(payment)) == (80_00, 0)

    theirs = desk.charged("client-ben", 100_00)
    remittance = desk.receives(harbor, 130_00, "remittance", on=[(theirs, 130_00)])
    desk.run(commands.void_payment, payment_id=remittance)
    assert desk.due(theirs) == 100_00
    assert {"1000", "1040", "2130"}.isdisjoint(desk.balances())


def test_a_reversal_names_what_it_reverses_and_nothing_is_edited(desk, ada):
    charge = desk.charged("client-ada", 80_00)
    before = desk.rows("select * from postings")
    answer = desk.run(commands.void_charge, charge_id=charge, reason="Charged twice")
    [void] = desk.rows("select * from ledger_transactions where transaction_id = ?", answer["transaction_id"])
    [first] = desk.rows("select transaction_id from charges")
    assert (void["reverses_id"], void["reason"], void["kind"]) == (
        first["transaction_id"],
        "Charged twice",
        "void_charge",
    )
    assert desk.rows("select * from postings where transaction_id <> ?", void["transaction_id"]) == before


def test_a_missed_visit_costs_the_policys_fee_and_the_client_owes_it(desk, harbor):
    no_show = desk.charged("client-ben", status="no_show")
    late = desk.charged("client-ben", status="cancelled", cancelled_by="client", is_late=True)
    assert [desk.due(charge, "client:client-ben") for charge in (no_show, late)] == [50_00, 50_00]
    assert desk.balances() == {"1110": 100_00, "4010": -100_00}


def test_a_couples_visit_is_charged_once(desk):
    first = desk.sees("client-ada", billing_unit="appointment")
    second = desk.sees("client-dan", billing_unit="appointment", appointment="apt-1")
    desk.charges(first)
    with desk.record.read() as reader:
        assert second not in {row["attendee_id"] for row in queries.to_charge(reader, desk.who)}


def test_entries_carry_both_times_and_what_the_warehouse_groups_by(desk, clock):
    desk.charged("client-ben", day=date(2026, 2, 27))
    receivable, *_ = desk.rows("select * from postings where account = '1100'")
    assert receivable["known_at"] == stored(clock.instant)
    named = ("client_id", "payer_id", "provider_id", "location_id", "service_date", "post_date")
    assert [receivable[name] for name in named] == [
        "client-ben", "payer-harbor", "prov-moss", "loc-elm", date(2026, 2, 27), date(2026, 3, 2),
    ]  # fmt: skip


def test_the_day_of_posting_is_the_locations_day_not_utcs(desk, clock):
    clock.to("2026-03-03T03:00")  # still 2 March in New York
    desk.charged("client-ada")
    assert {row["post_date"] for row in desk.rows("select post_date from postings")} == {date(2026, 3, 2)}


def test_the_front_desk_takes_a_payment_and_puts_it_where_it_belongs(desk, as_role, ada):
    charge = desk.charged("client-ada", 80_00)
    answer = desk.run(
        commands.take_payment, who=as_role("front_desk"), reason=None, party=ada, amount_minor=80_00, method="cash",
        location_id="loc-elm", charges=[{"charge_id": charge, "amount_minor": 80_00}],
    )  # fmt: skip
    assert answer["unapplied_minor"] == 0
    assert desk.due(charge) == 0


def test_a_command_sent_twice_is_done_once(desk, ada):
    sent = {"party": ada, "amount_minor": 80_00, "method": "cash", "location_id": "loc-elm"}
    answers = [desk.record.run(commands.take_payment, desk.who, key="form-1", **sent) for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(desk.rows("select * from payments")) == 1
