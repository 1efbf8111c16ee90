"""Whoever has not paid is reminded step by step, once for each; not while they promised, dispute it or keep a plan."""

from __future__ import annotations

from datetime import date

import pytest

from practice.access.permissions import SYSTEM
from practice.billing.dunning import (
    end_stop,
    record_dispute,
    record_promise,
    send_payment_reminder,
    set_dunning_step,
)
from practice.billing.plans import agree_plan
from practice.billing.queries.dunning import standings
from practice.errors import Refusal
from practice.messages.consent import record_consent
from practice.messages.settings import set_messages
from practice.people.commands import change_client


@pytest.fixture
def late(desk, owner, ada, clock):
    """Ada's invoice of 150.00 was due on 12 March; it is the 20th. Steps after 7, 21 and 45 days, the last from 100."""
    desk.run(set_messages, who=SYSTEM, is_on=True)
    desk.run(change_client, who=owner, client_id="client-ada", email="ada@example.com")
    for number, days, least in ((1, 7, 0), (2, 21, 0), (3, 45, 100_00)):
        desk.run(set_dunning_step, who=owner, number=number, days=days, least_minor=least)
    charge = desk.charged("client-ada")
    desk.invoices(charge, due_days=10)
    clock.to("2026-03-20T14:00")
    return charge


def standing(desk):
    with desk.record.read() as reader:
        rows = standings(reader, desk.who)
    return rows[0] if rows else None


def remind(desk, ada):
    return desk.run(send_payment_reminder, party=ada)


def test_the_steps_are_said_once_each_in_their_order_and_their_days(desk, late, ada, clock):
    assert (standing(desk)["days"], standing(desk)["next_step"], standing(desk)["is_due"]) == (8, 1, True)
    assert remind(desk, ada)["number"] == 1
    with pytest.raises(Refusal, match="the next step is on 2026-04-02"):
        remind(desk, ada)
    clock.to("2026-04-02T14:00")
    assert remind(desk, ada)["number"] == 2
    clock.to("2026-04-26T14:00")
    assert remind(desk, ada)["number"] == 3
    clock.forward(days=60)
    assert (standing(desk)["next_step"], standing(desk)["last_number"]) == (None, 3)
    messages = desk.rows("select kind, subject, body from messages order by queued_at")
    assert [row["kind"] for row in messages] == [
        "payment_reminder", "payment_reminder_second", "payment_reminder_last",
    ]  # fmt: skip
    assert "$150.00 is still open; the oldest invoice was due on Thursday 12 March 2026" in messages[0]["body"]
    assert "Follow-up" not in "".join(row["body"] + row["subject"] for row in messages)  # not what they were seen for


def test_somebody_far_behind_is_still_reminded_step_by_step(desk, late, ada, clock):
    clock.to("2026-06-20T14:00")
    assert remind(desk, ada)["number"] == 1
    with pytest.raises(Refusal, match="the next step is on 2026-06-27"):
        remind(desk, ada)


def test_the_last_step_asks_for_as_much_as_it_says(desk, late, ada, clock):
    desk.receives(ada, 60_00, on=[(late, 60_00)])
    clock.to("2026-06-20T14:00")
    remind(desk, ada)
    clock.forward(days=7)
    remind(desk, ada)
    assert standing(desk)["next_step"] is None  # 90.00 is below the last step's 100.00


def test_a_promise_holds_reminders_until_its_day_and_is_said_when_broken(desk, late, ada, clock):
    desk.run(record_promise, party=ada, until="2026-03-25")
    assert standing(desk)["stopped_by"] == "promised by 2026-03-25"
    with pytest.raises(Refusal, match="promised by 2026-03-25"):
        remind(desk, ada)
    clock.to("2026-03-26T14:00")
    assert (standing(desk)["stopped_by"], standing(desk)["is_broken"], standing(desk)["is_due"]) == (None, True, True)
    remind(desk, ada)


def test_a_dispute_holds_them_until_somebody_settles_it(desk, late, ada):
    with pytest.raises(Refusal, match="Say why"):
        desk.run(record_dispute, party=ada, reason=None)
    stop = desk.run(record_dispute, party=ada, reason="Says she was not there")["dunning_stop_id"]
    with pytest.raises(Refusal, match="disputed"):
        remind(desk, ada)
    desk.run(end_stop, dunning_stop_id=stop, reason="She was, and agrees")
    assert remind(desk, ada)["number"] == 1


def test_who_keeps_a_plan_is_left_alone_and_who_misses_it_is_not(desk, late, ada, clock):
    parts = [{"due_date": "2026-03-20", "amount_minor": 50_00}, {"due_date": "2026-04-20", "amount_minor": 100_00}]
    desk.run(agree_plan, party=ada, charge_ids=[late], instalments=parts)
    with pytest.raises(Refusal, match="on a payment plan"):
        remind(desk, ada)
    clock.forward(days=1)
    assert remind(desk, ada)["number"] == 1


def test_who_has_paid_or_may_not_be_written_to_is_not_reminded(desk, late, ada, owner):
    desk.run(record_consent, who=owner, client_id="client-ada", channel="email", purpose="payments", is_given=False)
    desk.run(change_client, who=owner, client_id="client-ada", phone=None)
    with pytest.raises(Refusal, match="No message may go"):
        remind(desk, ada)
    assert desk.rows("select 1 from dunning_reminders") == []
    desk.receives(ada, 150_00, on=[(late, 150_00)])
    assert standing(desk) is None
    with pytest.raises(Refusal, match="Nothing of this client is overdue"):
        remind(desk, ada)


def test_steps_come_one_after_the_other(desk, late, owner):
    with pytest.raises(Refusal, match="Step 1 is after 7 days"):
        desk.run(set_dunning_step, who=owner, number=2, days=7)
    assert date(2026, 3, 12) == standing(desk)["due_date"]
