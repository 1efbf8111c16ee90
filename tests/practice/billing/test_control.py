"""Closed periods stay closed, and nothing above a limit is posted without a second person."""

from __future__ import annotations

import json
from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.access.permissions import SYSTEM, Actor
from practice.audit.verify import verify
from practice.billing import commands
from practice.billing.approvals import approve_request, reject_request, withdraw_request
from practice.billing.closing import close_period, reopen_period
from practice.billing.limits import WAITS_DAYS, set_limit
from practice.billing.queries import control
from practice.billing.queries.written_off import by_class, written_off
from practice.errors import NotPermitted, Refusal
from practice.scheduling.attendance import correct_attendance, record_no_show
from practice.scheduling.commands import enter_in_error

NO = pytest.raises


@pytest.fixture
def limit(desk, owner):
    """`limit("refund", "biller", 50_00)`"""
    return lambda kind, role, most: desk.run(set_limit, who=owner, kind=kind, role=role, most=most)


@pytest.fixture
def manager(as_role):
    return as_role("manager")


def adjust(desk, charge, party, amount, kind="courtesy", **more):
    return desk.run(
        commands.adjust_charge, charge_id=charge, party=party, adjustment_class=kind, amount_minor=amount, **more
    )


def close(desk, owner, until="2026-02-28"):
    return desk.run(close_period, who=owner, until=until)


# Closing ---------------------------------------------------------------------------------------------------------------


def test_a_period_is_closed_and_reopened_and_each_step_stays(desk, owner, clock):
    assert close(desk, owner) == {"locked_until": "2026-02-28"}
    assert desk.run(reopen_period, who=owner, until="2026-01-31") == {"locked_until": "2026-01-31"}
    assert desk.run(reopen_period, who=owner, reason="Audit of the year") == {"locked_until": None}
    with desk.record.read() as reader:
        history = control.period_locks(reader, owner)
    assert [(row["locked_until"], row["previous_until"], row["reason"]) for row in history] == [
        (None, date(2026, 1, 31), "Audit of the year"),
        (date(2026, 1, 31), date(2026, 2, 28), "As agreed"),
        (date(2026, 2, 28), None, "As agreed"),
    ]
    assert verify(desk.record, {}) == []


@pytest.mark.parametrize(
    ("command", "until", "sentence"),
    [
        (close_period, "2026-03-02", "Only days that are over can be closed; close up to 2026-03-01"),
        (close_period, "2026-02-28", "closed up to 2026-02-28 already; choose a later day"),
        (close_period, "28.02.2026", "A date is written like"),
        (reopen_period, "2026-02-28", "choose a day before that"),
    ],
)
def test_what_cannot_be_closed_or_reopened(desk, owner, command, until, sentence):
    close(desk, owner)
    with NO(Refusal, match=sentence):
        desk.run(command, who=owner, until=until)
    with NO(Refusal, match="Say why"):
        desk.run(command, who=owner, until="2026-01-31", reason=" ")


def test_only_the_owner_closes_and_sets_limits(desk, manager):
    for command, parameters in ((close_period, {"until": "2026-02-28"}), (reopen_period, {})):
        with NO(NotPermitted):
            desk.run(command, who=manager, **parameters)
    with NO(NotPermitted):
        desk.run(set_limit, who=manager, kind="refund", role="manager", most=None)


# Back-dating -----------------------------------------------------------------------------------------------------------


def pay(desk, party, on, **more):
    return desk.run(
        commands.take_payment,
        party=party,
        amount_minor=80_00,
        method="check",
        location_id="loc-elm",
        post_date=on,
        **more,
    )


def test_an_open_period_takes_a_payment_of_an_earlier_day_with_a_reason(desk, ada):
    payment = pay(desk, ada, "2026-02-27")
    assert desk.rows("select distinct post_date from postings") == [{"post_date": date(2026, 2, 27)}]
    # Put towards what was charged later, it is credit in between.
    charge = desk.charged("client-ada")
    paid = pay(desk, ada, "2026-02-27", charges=[{"charge_id": charge, "amount_minor": 80_00}])
    assert desk.rows("select post_date from allocations") == [{"post_date": date(2026, 3, 2)}]
    assert paid["unapplied_minor"] == 0
    assert payment["unapplied_minor"] == 80_00
    with NO(Refusal, match="Say why you post it on an earlier day"):
        pay(desk, ada, "2026-02-26", reason=None)
    with NO(Refusal, match="Nothing is posted ahead; use 2026-03-02"):
        pay(desk, ada, "2026-03-03")
    with NO(Refusal, match="posted on 2026-03-02; use that day"):
        adjust(desk, charge, ada, 1_00, post_date="2026-03-01")


def test_days_of_grace_are_counted_from_the_lock_date(desk, owner, limit, ada):
    close(desk, owner)
    limit("back_date", "biller", 3)
    assert "payment_id" in pay(desk, ada, "2026-02-26")  # the third closed day, counted from the last one
    waits = pay(desk, ada, "2026-02-25")
    assert waits["waits"] == "Back-date"
    [request] = desk.rows("select kind, days_behind, outcome from approvals")
    assert request == {"kind": "back_date", "days_behind": 4, "outcome": None}
    desk.run(approve_request, who=owner, approval_id=waits["approval_id"])
    assert [row["post_date"] for row in desk.rows("select distinct post_date from postings order by 1")] == [
        date(2026, 2, 25),
        date(2026, 2, 26),
    ]


def test_a_back_date_beyond_what_the_second_person_may_waits_for_the_owner(desk, owner, manager, limit, ada):
    close(desk, owner)
    limit("back_date", "manager", 2)
    waits = pay(desk, ada, "2026-02-25")
    with NO(Refusal, match="above what your role may decide; an owner has to"):
        desk.run(approve_request, who=manager, approval_id=waits["approval_id"])
    assert desk.rows("select * from postings") == []


# Limits and their second person ------------------------------------------------------------------------------------------


def test_above_the_limit_a_write_off_waits_and_a_second_person_posts_it(desk, owner, limit, ada):
    limit("write_off", "biller", 20_00)
    charge = desk.charged("client-ada")
    assert "adjustment_id" in adjust(desk, charge, ada, 20_00)
    waits = adjust(desk, charge, ada, 5_00, kind="bad_debt", reason="Cannot be reached")
    assert desk.due(charge) == 130_00
    answer = desk.run(approve_request, who=owner, reason=None, approval_id=waits["approval_id"], note="Fine")
    assert (answer["asked_by"], answer["decided_by"]) == ("user-biller", "user-owner")
    assert desk.due(charge) == 125_00
    [entry] = desk.rows(
        "select actor_id, reason from ledger_transactions where kind = 'adjustment' and reason <> 'As agreed'"
    )
    assert entry == {"actor_id": "user-owner", "reason": "Cannot be reached"}
    [audit] = desk.rows("select actor_id, result from audit_entries where command = 'approve_request'")
    assert audit["actor_id"] == "user-owner"
    assert json.loads(audit["result"])["asked_by"] == "user-biller"
    with NO(Refusal, match="was approved already"):
        desk.run(approve_request, who=owner, approval_id=waits["approval_id"])


def test_a_refund_and_a_waived_fee_wait_too(desk, owner, limit, ada):
    limit("refund", "biller", 10_00)
    limit("waiver", "biller", 0)
    payment = desk.receives(ada, 60_00)
    refund = {"payment_id": payment, "method": "card"}
    assert "refund_id" in desk.run(commands.refund_payment, amount_minor=6_00, **refund)
    waits = desk.run(commands.refund_payment, amount_minor=5_00, **refund)  # 11.00 of this payment altogether
    assert waits["waits"] == "Refund"
    fee = desk.charged("client-ada", status="no_show")
    assert desk.run(commands.void_charge, charge_id=fee)["waits"] == "Waiver of a fee"
    waived = adjust(desk, fee, ada, 50_00)
    assert waived["waits"] == "Waiver of a fee"
    for one in (waits, waived):
        desk.run(approve_request, who=owner, approval_id=one["approval_id"])
    assert desk.unapplied(payment) == 49_00
    assert desk.due(fee) == 0


def test_what_the_contract_lets_us_expect_is_no_write_off(desk, limit, harbor):
    limit("write_off", "biller", 0)
    charge = desk.charged("client-ben")
    assert "adjustment_id" in adjust(desk, charge, harbor, 40_00, kind="contractual")
    assert adjust(desk, charge, harbor, 1_00, kind="contractual")["waits"] == "Write-off"


def test_what_could_not_be_done_does_not_wait(desk, limit, ada):
    limit("write_off", "biller", 0)
    charge = desk.charged("client-ada")
    with NO(Refusal, match="take at most that"):
        adjust(desk, charge, ada, 150_01)
    adjust(desk, charge, ada, 1_00)
    with NO(Refusal, match="waits for a second person"):
        adjust(desk, charge, ada, 1_00)


def test_nobody_decides_on_their_own_request(desk, owner, manager, limit, ada):
    limit("write_off", "owner", 10_00)
    charge = desk.charged("client-ada")
    mine = adjust(desk, charge, ada, 100_00, who=owner)["approval_id"]
    for command in (approve_request, reject_request):
        with NO(Refusal, match="You asked for this yourself"):
            desk.run(command, who=owner, approval_id=mine)
    with NO(NotPermitted):
        desk.run(approve_request, approval_id=mine)  # a biller
    with NO(Refusal, match="only they can take it back"):
        desk.run(withdraw_request, who=manager, approval_id=mine)
    desk.run(approve_request, who=Actor("user-second", "owner", "Second"), approval_id=mine)
    assert desk.due(charge) == 50_00


def test_the_store_itself_refuses_ones_own_approval(desk, limit, ada):
    limit("write_off", "biller", 0)
    adjust(desk, desk.charged("client-ada"), ada, 1_00)
    with desk.record.read() as reader, NO(duckdb.ConstraintException):
        reader.cursor.execute("update approvals set outcome = 'approved', decided_by = asked_by, decided_at = asked_at")


def test_an_expired_request_is_not_approved_and_a_rejected_one_says_why(desk, owner, limit, clock, ada):
    limit("write_off", "biller", 0)
    charge = desk.charged("client-ada")
    late, no, mine = (adjust(desk, charge, ada, amount)["approval_id"] for amount in (1_00, 2_00, 3_00))
    with NO(Refusal, match="Say why you reject it"):
        desk.run(reject_request, who=owner, approval_id=no, reason=None)
    desk.run(reject_request, who=owner, approval_id=no, reason="She paid last week")
    desk.run(withdraw_request, approval_id=mine)
    clock.forward(days=WAITS_DAYS)
    with NO(Refusal, match="expired on 2026-03-16; have it asked for again"):
        desk.run(approve_request, who=owner, approval_id=late)
    with desk.record.read() as reader:
        assert control.approvals(reader, owner) == []
        decided = {row["approval_id"]: row for row in control.approvals(reader, owner, is_open=False)}
    assert {one: decided[one]["state"] for one in (late, no, mine)} == {
        late: "expired", no: "rejected", mine: "withdrawn",
    }  # fmt: skip
    assert decided[no]["decision_note"] == "She paid last week"
    assert desk.due(charge) == 150_00


def test_an_approval_that_cannot_be_done_any_more_leaves_everything_as_it_was(desk, owner, limit, ada):
    limit("write_off", "biller", 0)
    charge = desk.charged("client-ada")
    waits = adjust(desk, charge, ada, 100_00)["approval_id"]
    desk.receives(ada, 100_00, on=[(charge, 100_00)])
    with NO(Refusal, match=r"Only \$50.00 of this charge is open"):
        desk.run(approve_request, who=owner, approval_id=waits)
    assert desk.rows("select outcome from approvals") == [{"outcome": None}]
    assert desk.due(charge) == 50_00


def test_each_sees_their_own_requests_and_who_decides_sees_all(desk, manager, limit, as_role, ada):
    limit("write_off", "biller", 0)
    adjust(desk, desk.charged("client-ada"), ada, 1_00)
    with desk.record.read() as reader:
        assert len(control.approvals(reader, desk.who)) == len(control.approvals(reader, manager)) == 1
        assert control.approvals(reader, Actor("user-other", "biller")) == []
        assert control.approvals(reader, as_role("manager", location_ids=frozenset({"loc-oak"}))) == []


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["adjust", "refund", "approve"]),
        st.sampled_from(["biller", "manager", "owner"]),
        st.integers(1, 60_00),
        st.integers(0, 5),
    ),
    max_size=12,
)


@settings(max_examples=12)
@given(steps=STEPS, most=st.integers(0, 50_00))
def test_law_nothing_above_a_limit_without_a_second_person(desk, owner, as_role, steps, most):
    """Whatever is asked and decided in whatever order: what one person did alone stays within their role's limit."""
    for kind in ("write_off", "refund"):
        for role in ("biller", "manager", "owner"):
            desk.run(set_limit, who=owner, kind=kind, role=role, most=most)
    party = "client:client-dan"
    charge = desk.charged("client-dan")
    payment = desk.receives(party, 100_00)
    waiting, alone = [], {"write_off": 0, "refund": 0}
    for step, role, amount, which in steps:
        who = as_role(role)
        try:
            if step == "adjust":
                answer = adjust(desk, charge, party, amount, who=who)
                alone["write_off"] += 0 if "waits" in answer else amount
            elif step == "refund":
                answer = desk.run(
                    commands.refund_payment, who=who, payment_id=payment, amount_minor=amount, method="cash"
                )
                alone["refund"] += 0 if "waits" in answer else amount
            elif waiting:
                approval_id, asker = waiting[which % len(waiting)]
                desk.run(approve_request, who=who, approval_id=approval_id)
                assert asker != role
                assert role == "owner", "only an owner decides above the limit"
                continue
            if step != "approve" and "waits" in answer:
                waiting.append((answer["approval_id"], role))
        except Refusal:
            continue
    assert alone["write_off"] <= most
    assert alone["refund"] <= most
    rows = desk.rows("select asked_by, decided_by, outcome from approvals where outcome = 'approved'")
    assert all(row["asked_by"] != row["decided_by"] for row in rows)


def test_limits_are_amounts_or_days(desk, owner, limit):
    for kind, role, most, sentence in [
        ("discount", "biller", 1, "has no limit"),
        ("refund", "provider", 1, "moves no money"),
        ("refund", "biller", -1, "an amount of zero or more"),
        ("back_date", "biller", 400, "whole days from 0 to 366"),
    ]:
        with NO(Refusal, match=sentence):
            limit(kind, role, most)
    limit("refund", "biller", 5_00)
    limit("refund", "biller", None)
    with desk.record.read() as reader:
        assert control.limits(reader, SYSTEM) == []


def test_the_report_of_write_offs_sums_to_the_ledger_and_shows_what_was_undone(desk, owner, ada):
    charge, fee = desk.charged("client-ada"), desk.charges(desk.sees("client-ada", status="no_show"), 60_00)
    adjust(desk, charge, ada, 30_00)
    undone = adjust(desk, charge, ada, 50_00, "bad_debt")
    desk.run(commands.reverse_adjustment, adjustment_id=undone["adjustment_id"], reason="Paid after all")
    desk.run(commands.void_charge, charge_id=fee, reason="Ill child")
    with desk.record.read() as reader:
        rows = written_off(reader, owner, date(2026, 3, 1), date(2026, 3, 31))
        assert written_off(reader, owner, date(2026, 2, 1), date(2026, 2, 28)) == []
    assert [(one["class"], one["amount_minor"], one["number"]) for one in by_class(rows)] == [
        ("courtesy", 30_00, 1), ("bad_debt", 0, 2), ("waived", 60_00, 1),
    ]  # fmt: skip
    assert {row["amount_minor"]: (row["is_reversal"], row["is_undone"]) for row in rows} == {
        30_00: (False, False), 50_00: (False, True), -50_00: (True, False), 60_00: (False, False),
    }  # fmt: skip
    assert desk.balances()["4110"] == 30_00


def test_what_became_of_a_visit_on_a_closed_day_stays_but_within_the_days_of_grace(desk, owner, limit, as_role):
    seen, open_still = desk.sees("client-ada", day=date(2026, 2, 27)), desk.sees("client-dan", day=date(2026, 3, 1))
    unsaid = desk.sees("client-dan", day=date(2026, 2, 26), status="scheduled")
    close(desk, owner)
    front = as_role("front_desk")
    with NO(Refusal, match="closed up to 2026-02-28 and this visit was on 2026-02-27"):
        desk.run(correct_attendance, who=front, attendee_id=seen, status="no_show")
    with NO(Refusal, match="have the lock date moved back"):
        desk.run(enter_in_error, who=front, appointment_id="apt-1")
    desk.run(correct_attendance, who=front, attendee_id=open_still, status="no_show")
    desk.run(record_no_show, who=front, attendee_id=unsaid)  # it was missing, not reported
    limit("back_date", "front_desk", 2)
    desk.run(correct_attendance, who=front, attendee_id=seen, status="no_show")
    assert [row["status"] for row in desk.rows("select status from attendees order by attendee_id")] == ["no_show"] * 3
