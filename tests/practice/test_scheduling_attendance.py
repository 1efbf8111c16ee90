"""Law 3: people state attendance; the clock does not. Each step in its order, each correction with its reason."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from practice.access.permissions import SYSTEM, Permission
from practice.errors import NotPermitted, Refusal
from practice.scheduling import queries
from practice.scheduling.attendance import (
    complete_visit,
    correct_attendance,
    record_arrival,
    record_left_unseen,
    record_no_show,
    start_visit,
)
from practice.scheduling.commands import book_appointment, cancel_appointment, enter_in_error, move_appointment
from practice.store.record import Command

BEFORE, START, DURING, AFTER = "2026-03-02T14:40", "2026-03-02T15:00", "2026-03-02T15:20", "2026-03-02T16:00"
NEXT_DAY = "2026-03-03T14:00"


@pytest.fixture
def ten(record, house, desk, clock):
    """Ada's visit with Dr. Moss today at ten; `ten.says(command)` states something about it."""
    wish = {
        "provider_id": house.moss, "service_id": house.visit, "location_id": house.location,
        "wall_start": "2026-03-02T10:00",
    }  # fmt: skip
    booked = record.run(book_appointment, desk, client_id=house.ada, **wish)

    def says(command, *, at=None, by=desk, reason=None, **more):
        if at:
            clock.to(at)
        is_whole = command in (cancel_appointment, enter_in_error, move_appointment)
        what = "appointment_id" if is_whole else "attendee_id"
        if command is move_appointment and "wall_start" in more:
            more = {"moved_by": "client", "code": "schedule_conflict"} | more
        return record.run(command, by, reason=reason, **({what: booked[what]} | more))

    def refused(rule, command, **more):
        with pytest.raises(Refusal) as answer:
            says(command, **more)
        assert answer.value.rule == rule
        return str(answer.value)

    def visit():
        with record.read() as reader:
            return queries.visit(reader, desk, booked["appointment_id"])

    def books(client, time, **other):
        return record.run(
            book_appointment, desk, client_id=client, **(wish | {"wall_start": f"2026-03-02T{time}"} | other)
        )

    return SimpleNamespace(says=says, refused=refused, visit=visit, books=books, attendee=lambda: visit()["attendees"][0],
                           appointment_id=booked["appointment_id"], attendee_id=booked["attendee_id"])  # fmt: skip


def test_a_visit_from_arrival_to_its_end_keeps_every_time(ten):
    ten.says(record_arrival, at=BEFORE)
    ten.says(start_visit, at=START)
    answer = ten.says(complete_visit, at=AFTER)
    assert answer["appointment_status"] == "completed"
    attendee = ten.attendee()
    times = [attendee[name].strftime("%H:%M") for name in ("arrived_at", "seated_at", "ended_at", "outcome_at")]
    assert times == ["14:40", "15:00", "16:00", "16:00"]
    assert [event["kind"] for event in ten.visit()["events"]] == ["booked", "arrived", "started", "completed"]


def test_a_visit_completed_the_day_after_was_true_then_and_known_now(ten):
    ten.says(complete_visit, at=NEXT_DAY)
    event = ten.visit()["events"][-1]
    assert (event["happened_at"].isoformat(), event["known_at"].isoformat()) == (
        "2026-03-02T15:50:00",
        "2026-03-03T14:00:00",
    )
    assert event["event_date"].isoformat() == "2026-03-02"
    assert ten.attendee()["ended_at"] is None  # nobody knows when it really ended


def test_whoever_is_in_session_has_arrived(ten):
    ten.says(start_visit, at=START)
    assert ten.attendee()["arrived_at"] == ten.attendee()["seated_at"]
    assert ten.visit()["status"] == "in_session"


@pytest.mark.parametrize(
    ("rule", "command", "at"),
    [
        ("not_today", record_arrival, NEXT_DAY),
        ("not_today", record_arrival, "2026-03-02T04:00"),  # still the evening before in New York
        ("not_today", start_visit, NEXT_DAY),
        ("not_started", complete_visit, BEFORE),
        ("not_started", record_no_show, BEFORE),
        ("attendance_order", record_left_unseen, DURING),
    ],
)
def test_what_is_not_yet_or_no_longer_possible_is_refused(ten, rule, command, at):
    sentence = ten.refused(rule, command, at=at)
    assert sentence.endswith(".")
    assert len(ten.visit()["events"]) == 1


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (complete_visit, record_no_show),
        (complete_visit, record_arrival),
        (record_no_show, complete_visit),
        (record_no_show, record_no_show),
        (record_arrival, record_no_show),
        (record_arrival, record_arrival),
        (start_visit, record_left_unseen),
    ],
)
def test_an_outcome_is_not_stated_over_another(ten, first, then):
    ten.says(first, at=DURING)
    assert "reason" in ten.refused("attendance_order", then) or "left unseen" in ten.refused("attendance_order", then)


def test_nothing_is_recorded_of_a_cancelled_visit(ten):
    ten.says(cancel_appointment, reason="ill", cancelled_by="client")
    for command in (record_arrival, start_visit, complete_visit, record_no_show, record_left_unseen):
        assert "book the client again" in ten.refused("attendance_order", command, at=DURING)


def test_a_visit_that_has_begun_is_neither_moved_nor_cancelled(ten):
    ten.says(record_arrival, at=BEFORE)
    assert "arrived" in ten.refused("already_begun", move_appointment, wall_start="2026-03-02T14:00")
    assert "arrived" in ten.refused("already_begun", cancel_appointment, reason="x", cancelled_by="client")
    ten.says(move_appointment, room_id="room-2")  # who waits may still be led to another room
    ten.says(start_visit)
    ten.refused("already_settled", move_appointment, room_id="room-1")


# --- unresolved ---


def test_a_past_visit_of_which_nobody_spoke_is_on_the_list_until_somebody_does(record, ten, desk, clock):
    def listed():
        with record.read() as reader:
            return [row["attendee_id"] for row in queries.unresolved(reader, desk)]

    assert listed() == []
    clock.to(DURING)
    assert listed() == [ten.attendee_id]
    assert ten.attendee()["status"] == "scheduled"  # the clock wrote nothing
    ten.says(record_arrival)
    assert listed() == []
    clock.to(NEXT_DAY)
    assert listed() == [ten.attendee_id]
    ten.says(complete_visit)
    assert listed() == []


# --- corrections ---


def test_a_correction_has_a_reason_and_keeps_the_first_statement(ten):
    ten.says(record_no_show, at=AFTER)
    ten.refused("reason_required", correct_attendance, status="completed")
    ten.says(correct_attendance, status="completed", reason="She was in room 2")
    assert ten.attendee()["status"] == "completed"
    event = ten.visit()["events"][-1]
    assert (event["kind"], event["reason"]) == ("corrected", "She was in room 2")
    assert event["details"] == {"before": "no_show", "after": "completed"}


@pytest.mark.parametrize(
    ("status", "rule", "at"),
    [
        ("cancelled", "status", DURING),
        ("in_session", "status", DURING),
        ("scheduled", "attendance_order", DURING),
        ("completed", "not_started", BEFORE),
        ("no_show", "not_started", BEFORE),
        ("arrived", "not_today", NEXT_DAY),
        ("left_unseen", "not_started", "2026-03-02T04:00"),
    ],
)
def test_corrections_to_what_cannot_be_are_refused(ten, status, rule, at):
    ten.refused(rule, correct_attendance, status=status, reason="because", at=at)


def test_a_correction_back_to_scheduled_clears_what_was_stated(ten):
    ten.says(record_arrival, at=BEFORE)
    ten.says(start_visit, at=START)
    ten.says(correct_attendance, status="scheduled", reason="Wrong client")
    attendee = ten.attendee()
    assert [attendee[name] for name in ("arrived_at", "seated_at", "ended_at", "outcome_at")] == [None] * 4


def test_a_charged_visit_is_corrected_only_after_its_charge_is_voided(record, ten, house):
    ten.says(complete_visit, at=AFTER)
    charge = {
        "charge_id": "charge-1", "attendee_id": ten.attendee_id, "appointment_id": ten.appointment_id,
        "client_id": house.ada, "guarantor_client_id": house.ada, "payer_id": None, "provider_id": house.moss,
        "location_id": house.location, "service_id": house.visit, "kind": "service", "code": None, "description": "x",
        "units": 1, "amount_minor": 100, "service_date": "2026-03-02", "post_date": "2026-03-02", "transaction_id": "t",
        "known_at": "2026-03-02", "status": "posted", "void_transaction_id": None, "live_key": ten.attendee_id,
    }  # fmt: skip
    record.run(Command("test_charge", Permission.OPERATE, lambda work: work.insert("charges", charge)), SYSTEM)
    assert "void the charge first" in ten.refused("charged", correct_attendance, status="no_show", reason="x")


# --- the rest of the time ---


def test_after_a_no_show_the_rest_of_the_time_is_free_for_a_walk_in(ten, house):
    ten.says(record_no_show, at=DURING)
    assert ten.books(house.ben, "10:20", reason="walk-in", duration_minutes=20)
    ends = {claim["ends_at"].strftime("%H:%M") for claim in ten.visit()["claims"]}
    assert ends == {"15:20"}


def test_who_comes_after_all_gets_the_place_back_if_it_is_still_free(ten):
    ten.says(record_no_show, at="2026-03-02T15:05")
    ten.says(correct_attendance, status="arrived", reason="Traffic", at="2026-03-02T15:12")
    assert ten.attendee()["arrived_at"].strftime("%H:%M") == "15:12"
    assert max(claim["ends_at"] for claim in ten.visit()["claims"]).strftime("%H:%M") == "16:00"


def test_who_comes_after_all_is_told_who_is_there_now(ten, house):
    ten.says(record_no_show, at="2026-03-02T15:05")
    ten.books(house.ben, "10:10", reason="walk-in")
    assert "Ben Alder" in ten.refused("provider_taken", correct_attendance, status="arrived", reason="Traffic")
    assert ten.attendee()["status"] == "no_show"
    # What happened is stated all the same once the time is over.
    ten.says(correct_attendance, status="completed", reason="Seen in the corridor", at=AFTER)


def test_who_left_unseen_frees_the_time_too(ten, house):
    ten.says(record_arrival, at=BEFORE)
    ten.says(record_left_unseen, at=DURING)
    assert ten.visit()["status"] == "closed"
    assert ten.books(house.ben, "10:30")


def test_in_a_group_the_others_keep_the_time(record, ten, house, desk, clock):
    wish = {
        "provider_id": house.reed, "service_id": house.group, "location_id": house.location,
        "wall_start": "2026-03-02T10:00",
    }  # fmt: skip
    ben, cora = (record.run(book_appointment, desk, client_id=client, **wish) for client in (house.ben, house.cora))
    ten.says(record_no_show, at=DURING, attendee_id=ben["attendee_id"])
    with record.read() as reader:
        group = queries.visit(reader, desk, ben["appointment_id"])
    assert group["status"] == "scheduled"
    assert {claim["ends_at"].strftime("%H:%M") for claim in group["claims"]} == {"16:00"}
    ten.says(complete_visit, attendee_id=cora["attendee_id"])
    with record.read() as reader:
        assert queries.visit(reader, desk, ben["appointment_id"])["status"] == "completed"


# --- who may ---


def test_providers_state_attendance_of_their_own_visits_only(ten, house, as_role):
    moss, reed = (as_role("provider", provider_id=provider) for provider in (house.moss, house.reed))
    with pytest.raises(NotPermitted, match="their own"):
        ten.says(record_arrival, at=BEFORE, by=reed)
    ten.says(record_arrival, at=BEFORE, by=moss)
    with pytest.raises(NotPermitted):
        ten.says(correct_attendance, status="scheduled", reason="x", by=moss)


def test_attendance_at_another_location_is_none_of_yours(ten, as_role):
    with pytest.raises(NotPermitted):
        ten.says(record_arrival, at=BEFORE, by=as_role("front_desk", location_ids=frozenset({"loc-other"})))


def test_what_was_entered_in_error_is_not_unresolved(record, ten, desk):
    ten.says(enter_in_error, reason="Wrong day", at=NEXT_DAY)
    with record.read() as reader:
        assert queries.unresolved(reader, desk) == []


def test_a_visit_that_is_expected_again_after_its_end_can_be_shortened(ten):
    ten.says(record_no_show, at=DURING)
    ten.says(correct_attendance, at=AFTER, status="scheduled", reason="She came after all")
    ten.says(move_appointment, duration_minutes=10)
    assert {claim["ends_at"].strftime("%H:%M") for claim in ten.visit()["claims"]} == {"15:10", "15:20"}


def test_a_visit_whose_time_was_given_away_is_not_changed_over_the_next_one(ten, house):
    ten.says(record_no_show, at=DURING)
    ten.books(house.ben, "10:20")
    ten.says(correct_attendance, at="2026-03-02T17:00", status="scheduled", reason="She came after all")
    assert "Ben Alder" in ten.refused("provider_taken", move_appointment, duration_minutes=40)
    ten.says(move_appointment, duration_minutes=10)
