"""Who and why is asked of every cancellation and move; both can be undone within minutes, and nothing is deleted."""

from __future__ import annotations

import json

import pytest

from practice.errors import Conflict, Refusal
from practice.scheduling.commands import book_appointment, cancel_appointment, confirm_appointment, move_appointment
from practice.scheduling.holds import hold_slot
from practice.scheduling.reasons import CANCEL_CODES
from practice.scheduling.undoing import restore_appointment, undo_move

TEN, TWO = "2026-03-03T10:00", "2026-03-03T14:00"


@pytest.fixture
def visit(house):
    return {"provider_id": house.moss, "service_id": house.visit, "location_id": house.location, "wall_start": TEN}


@pytest.fixture
def booked(record, house, desk, visit):
    return record.run(book_appointment, desk, client_id=house.ada, **visit)["appointment_id"]


def rows(record, sql, *values):
    with record.read() as reader:
        return reader.rows(sql, *values)


HELD = "select resource_id, kind, starts_at, ends_at, lane from claims order by all"


def test_a_move_says_who_and_why(record, desk, booked):
    for said, rule in (({}, "moved_by"), ({"moved_by": "client"}, "reason_required")):
        with pytest.raises(Refusal) as refused:
            record.run(move_appointment, desk, appointment_id=booked, wall_start=TWO, **said)
        assert refused.value.rule == rule
    with pytest.raises(Refusal, match="'bored' is no reason that is counted; choose one of: illness"):
        record.run(move_appointment, desk, appointment_id=booked, wall_start=TWO, moved_by="client", code="bored")
    record.run(move_appointment, desk, appointment_id=booked, wall_start=TWO, moved_by="client", code="transport")
    (event,) = rows(record, "select details from appointment_events where kind = 'moved'")
    assert json.loads(event["details"])["code"] == "transport"
    assert rows(record, "select cancel_code from attendees where status = 'rescheduled'") == [
        {"cancel_code": "transport"}
    ]


def test_a_cancellation_takes_a_code_or_words(record, desk, booked):
    with pytest.raises(Refusal, match="Say why the visit is cancelled"):
        record.run(cancel_appointment, desk, appointment_id=booked, cancelled_by="client")
    record.run(cancel_appointment, desk, appointment_id=booked, cancelled_by="client", code="illness")
    assert rows(record, "select cancel_code, cancel_reason from attendees") == [
        {"cancel_code": "illness", "cancel_reason": CANCEL_CODES["illness"]}
    ]


def test_a_cancellation_is_undone_in_the_same_places(record, desk, clock, booked):
    before = rows(record, HELD)
    record.run(confirm_appointment, desk, appointment_id=booked)
    record.run(cancel_appointment, desk, appointment_id=booked, cancelled_by="client", code="illness")
    assert rows(record, HELD) == []
    clock.forward(minutes=10)
    record.run(restore_appointment, desk, appointment_id=booked)
    assert rows(record, HELD) == before
    (row,) = rows(record, "select * from attendees")
    assert (row["status"], row["cancelled_at"], row["cancel_code"], row["is_late"]) == ("scheduled", None, None, None)
    assert row["confirmed_at"] is not None
    assert rows(record, "select status from appointments") == [{"status": "scheduled"}]
    kinds = [row["kind"] for row in rows(record, "select kind from appointment_events order by known_at, rowid")]
    assert kinds == ["booked", "confirmed", "cancelled", "restored"]


def test_after_ten_minutes_or_where_somebody_else_is_nothing_is_undone(record, house, desk, clock, visit, booked):
    record.run(cancel_appointment, desk, appointment_id=booked, cancelled_by="client", code="illness")
    other = record.run(book_appointment, desk, client_id=house.ben, **visit)["appointment_id"]
    with pytest.raises(Conflict, match="taken from 10:00 until 10:50 by Ben Alder"):
        record.run(restore_appointment, desk, appointment_id=booked)
    record.run(cancel_appointment, desk, appointment_id=other, cancelled_by="client", code="illness")
    clock.forward(minutes=11)
    with pytest.raises(Conflict, match="last ten minutes"):
        record.run(restore_appointment, desk, appointment_id=booked)


def test_a_restored_group_member_takes_a_seat_again(record, house, desk, visit):
    group = visit | {"service_id": house.group}
    first = record.run(book_appointment, desk, client_id=house.ada, **group)
    record.run(book_appointment, desk, client_id=house.ben, **group)
    before = rows(record, HELD)
    said = {"appointment_id": first["appointment_id"], "cancelled_by": "client", "code": "cost"}
    record.run(cancel_appointment, desk, attendee_id=first["attendee_id"], **said)
    answer = record.run(restore_appointment, desk, appointment_id=first["appointment_id"])
    assert answer["attendee_ids"] == [first["attendee_id"]]
    assert rows(record, HELD) == before


def test_an_undone_move_goes_back_and_the_chain_goes_on(record, house, desk, clock, booked):
    before = rows(record, HELD)
    record.run(confirm_appointment, desk, appointment_id=booked)
    said = {"moved_by": "client", "code": "schedule_conflict"}
    moved = record.run(move_appointment, desk, appointment_id=booked, wall_start=TWO, provider_id=house.reed, **said)
    clock.forward(minutes=2)
    back = record.run(undo_move, desk, appointment_id=moved["appointment_id"])
    assert rows(record, HELD) == before
    chain = rows(record, "select appointment_id, moved_from_id, moved_to_id, status from appointments order by booked_at, rowid")  # fmt: skip
    ids = [booked, moved["appointment_id"], back["appointment_id"]]
    assert [(row["appointment_id"], row["moved_from_id"], row["moved_to_id"]) for row in chain] == [
        (ids[0], None, ids[1]), (ids[1], ids[0], ids[2]), (ids[2], ids[1], None)
    ]  # fmt: skip
    (now,) = rows(record, "select * from attendees where appointment_id = ?", ids[2])
    assert now["confirmed_at"] is not None
    (undone,) = rows(record, "select is_late, cancel_code from attendees where appointment_id = ?", ids[1])
    assert undone == {"is_late": None, "cancel_code": "undone"}


def test_a_move_takes_the_place_that_was_held_for_it(record, house, desk, visit, booked):
    hold = record.run(hold_slot, desk, **visit | {"wall_start": TWO})
    moved = record.run(
        move_appointment, desk, appointment_id=booked, wall_start=TWO, moved_by="client", code="other",
        hold_id=hold["hold_id"],
    )  # fmt: skip
    assert moved["appointment_id"] == hold["hold_id"]
    assert rows(record, "select outcome from holds") == [{"outcome": "converted"}]
    assert rows(record, "select distinct holder, expires_at, appointment_id from claims") == [
        {"holder": "appointment", "expires_at": None, "appointment_id": hold["hold_id"]}
    ]
