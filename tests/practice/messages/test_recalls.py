"""Recalls: what is due follows from the visits that were done, and a person asks in a decent rhythm."""

from __future__ import annotations

from datetime import date

import pytest

from practice.access.permissions import SYSTEM
from practice.errors import Conflict, Refusal
from practice.messages.consent import record_consent
from practice.messages.recall_queries import due_recalls
from practice.messages.recalls import (
    add_recall_type,
    change_recall_type,
    decline_recall,
    record_recall_contact,
    send_recall,
)
from practice.people.commands import change_client
from practice.scheduling.attendance import complete_visit, correct_attendance
from practice.scheduling.commands import book_appointment, cancel_appointment

INTERVAL = 90


@pytest.fixture
def kind(record, owner, switched_on):
    return record.run(
        add_recall_type, owner, name="Check-up", trigger_service_id=switched_on.visit,
        book_service_id=switched_on.visit, interval_days=INTERVAL, rest_days=14,
    )  # fmt: skip


@pytest.fixture
def visit(record, switched_on):
    """A completed visit of Ada's on a day that has passed."""

    def _visit(day, client_id=switched_on.ada, *, is_done=True):
        asked = {"provider_id": switched_on.moss, "service_id": switched_on.visit, "location_id": switched_on.location}
        booked = record.run(
            book_appointment, SYSTEM, client_id=client_id, wall_start=f"{day}T10:00", reason="entered late", **asked
        )
        if is_done:
            record.run(complete_visit, SYSTEM, attendee_id=booked["attendee_id"])
        return booked

    return _visit


@pytest.fixture
def recalls(record):
    def _recalls():
        with record.read() as reader:
            rows = reader.rows("select status, due_date, appointment_id from recalls order by due_date")
        return [(row["status"], str(row["due_date"])) for row in rows]

    return _recalls


def test_what_was_done_before_counts_when_a_recall_is_set_up(record, owner, visit, recalls, switched_on):
    visit("2025-11-03")
    visit("2025-12-01")
    visit("2026-02-02", switched_on.ben)
    visit("2026-03-09", switched_on.ben, is_done=False)
    visit("2025-04-01", switched_on.cora)
    answer = record.run(
        add_recall_type, owner, name="Check-up", trigger_service_id=switched_on.visit,
        book_service_id=switched_on.visit, interval_days=INTERVAL,
    )  # fmt: skip
    assert answer["due"] == 2
    assert recalls() == [("due", "2026-03-01"), ("booked", "2026-05-03")]


def test_a_recall_goes_with_the_visits(record, desk, kind, visit, recalls, clock, switched_on):
    first = visit("2026-02-02")
    assert recalls() == [("due", "2026-05-03")]
    second = visit("2026-02-23")
    assert recalls() == [("done", "2026-05-03"), ("due", "2026-05-24")]
    record.run(correct_attendance, desk, attendee_id=second["attendee_id"], status="no_show", reason="mixed up")
    assert recalls() == [("due", "2026-05-03"), ("superseded", "2026-05-24")]
    coming = visit("2026-04-06", is_done=False)
    assert recalls()[0] == ("booked", "2026-05-03")
    record.run(cancel_appointment, desk, appointment_id=coming["appointment_id"], cancelled_by="client", reason="ill")
    assert recalls()[0] == ("due", "2026-05-03")
    record.run(correct_attendance, desk, attendee_id=first["attendee_id"], status="no_show", reason="mixed up")
    assert recalls() == [("superseded", "2026-05-03"), ("superseded", "2026-05-24")]


def test_a_client_is_asked_in_other_words_each_time_and_left_alone_in_between(
    record, desk, kind, visit, sent, clock, switched_on
):
    visit("2026-02-02")
    clock.to("2026-05-10T14:00")
    with record.read() as reader:
        (due,) = due_recalls(reader, desk, date(2026, 5, 10))
    assert (due["name"], due["last_visit_date"], due["contacts"]) == ("Ada Birch", date(2026, 2, 2), 0)
    ask = {"recall_id": due["recall_id"]}
    with pytest.raises(Conflict, match="record the consent to reminders"):
        record.run(send_recall, desk, **ask)
    agreed = {"client_id": switched_on.ada, "channel": "email", "purpose": "recalls", "is_given": True}
    record.run(record_consent, desk, **agreed)
    record.run(send_recall, desk, **ask)
    with pytest.raises(Conflict, match="left alone until 2026-05-24"):
        record.run(send_recall, desk, **ask)
    for _ in range(2):
        clock.forward(days=14)
        record.run(send_recall, desk, **ask)
    clock.forward(minutes=3)
    mails = sent()
    assert [mail.subject for mail in mails] == [
        "Time for your next visit", "Your next visit is due", "Shall we keep a place for you?",
    ]  # fmt: skip
    assert "your last visit (Follow-up) was on Monday 2 February 2026" in mails[0].body
    assert "https://elm.example/stop/" in mails[2].body
    assert "/book/" not in mails[0].body


def test_a_call_counts_as_asking_and_a_no_is_a_no_until_the_next_visit(record, desk, kind, visit, recalls, clock):
    visit("2026-02-02")
    with record.read() as reader:
        (due,) = due_recalls(reader, desk, date(2026, 5, 10))
    assert record.run(record_recall_contact, desk, recall_id=due["recall_id"])["contacts"] == 1
    record.run(decline_recall, desk, recall_id=due["recall_id"])
    with pytest.raises(Conflict, match="This recall is declined by now"):
        record.run(decline_recall, desk, recall_id=due["recall_id"])
    visit("2026-02-23")
    assert recalls() == [("declined", "2026-05-03"), ("due", "2026-05-24")]


def test_a_recall_type_is_checked_and_changed(record, owner, kind, visit, switched_on):
    with pytest.raises(Conflict, match="There is a recall of that name"):
        record.run(
            add_recall_type, owner, name="check-UP", trigger_service_id=switched_on.visit,
            book_service_id=switched_on.visit, interval_days=30,
        )  # fmt: skip
    with pytest.raises(Refusal, match="from 1 to 3650"):
        record.run(change_recall_type, owner, recall_type_id=kind["recall_type_id"], interval_days=0)
    record.run(change_recall_type, owner, recall_type_id=kind["recall_type_id"], is_active=False)
    visit("2026-02-02")
    with record.read() as reader:
        assert reader.value("select count(*) from recalls") == 0
    record.run(change_client, owner, client_id=switched_on.ada, is_active=False)
