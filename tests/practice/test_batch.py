"""Commands that are committed together: each is all or nothing, and nobody's refusal costs another anything."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest

from practice.access.permissions import SYSTEM, Permission
from practice.audit.chain import GENESIS
from practice.errors import Conflict, Refusal
from practice.scheduling.commands import book_appointment, cancel_appointment
from practice.store.commands import Command
from practice.store.diary import Diary
from practice.store.queue import Request

DAY = "2026-03-03"


def together(record, *asked):
    """Ask for these in one batch: (command, parameters, key)."""
    requests = [Request(command, SYSTEM, key, "why", parameters) for command, parameters, key in asked]
    record._work_off(requests)
    assert all(request.is_done for request in requests)
    return requests


@pytest.fixture
def wish(house):
    def make(client, at, provider=None, **more):
        where = {"provider_id": provider or house.moss, "service_id": house.visit, "location_id": house.location}
        return book_appointment, {"client_id": client, "wall_start": f"{DAY}T{at}", **where, **more}, None

    return make


def test_the_second_sees_what_the_first_one_took_though_neither_is_written_yet(record, house, wish):
    first, second, third = together(
        record, wish(house.ada, "10:00"), wish(house.ben, "10:00"), wish(house.ben, "11:30")
    )
    assert first.error is None
    assert third.error is None
    assert isinstance(second.error, Conflict)
    assert second.error.rule == "provider_taken"
    with record.read() as reader:
        assert reader.value("select count(*) from appointments") == 2
        assert reader.value("select count(*) from audit_entries where command = 'book_appointment'") == 2


def test_who_fails_in_the_middle_of_writing_takes_nobody_along(record, house, wish):
    def fail(work, *, after):
        work.update("clients", house.cora, is_active=False)
        if after:
            raise Refusal("No.", rule="no")
        raise KeyError("a fault of ours")

    spoil = Command("spoil", Permission.BOOK, fail)
    done = together(
        record, wish(house.ada, "10:00"), (spoil, {"after": True}, None), wish(house.ben, "11:30"),
        (spoil, {"after": False}, None), wish(house.dan, "14:00"),
    )  # fmt: skip
    assert [type(request.error) for request in done] == [type(None), Refusal, type(None), KeyError, type(None)]
    with record.read() as reader:
        assert reader.value("select count(*) from appointments") == 3
        assert reader.value("select is_active from clients where client_id = ?", house.cora)
        chain = reader.rows("select seq, prev_hash, hash from audit_entries order by seq")
    assert [row["prev_hash"] for row in chain] == [GENESIS, *(row["hash"] for row in chain[:-1])]
    assert [row["seq"] for row in chain] == list(range(1, len(chain) + 1))


def test_the_same_form_sent_twice_at_once_is_done_once(record, house, wish):
    command, said, _ = wish(house.ada, "10:00")
    first, again = together(record, (command, said, "form-1"), (command, said, "form-1"))
    assert first.answer() == again.answer()
    with record.read() as reader:
        assert reader.value("select count(*) from appointments") == 1
    (other,) = together(record, (command, said | {"wall_start": f"{DAY}T15:00"}, "form-1"))
    assert isinstance(other.error, Conflict)


def test_a_change_between_two_bookings_is_seen_by_the_second(record, house, wish):
    (first,) = together(record, wish(house.ada, "10:00"))
    cancel = {"appointment_id": first.result["appointment_id"], "cancelled_by": "client", "code": "other"}
    done = together(
        record, wish(house.ben, "11:30"), (cancel_appointment, cancel, None), wish(house.ben, "10:00", house.moss)
    )
    assert [request.error for request in done] == [None, None, None]


def test_what_the_writer_knows_by_heart_is_what_the_record_says(record, house, wish):
    done = together(record, wish(house.ada, "10:00"), wish(house.ben, "10:00"), wish(house.ben, "12:00", house.reed))
    cancel = {"appointment_id": done[0].result["appointment_id"], "cancelled_by": "client", "code": "other"}
    together(record, (cancel_appointment, cancel, None), wish(house.cora, "10:00"))
    diary = record._memory.known_diary()
    with record.read() as reader:
        rows = reader.rows("select * from claims order by starts_at, claim_id")
    resources = {row["resource_id"] for row in rows}
    start, end = rows[0]["starts_at"] - timedelta(hours=2), rows[-1]["ends_at"] + timedelta(hours=2)
    assert diary.held(resources, start, end, (), None) == rows


def test_a_leave_of_many_weeks_stands_on_each_of_its_days():
    names = ("claim_id", "resource_id", "appointment_id", "starts_at", "ends_at", "expires_at")
    start = datetime(2026, 3, 1)
    diary = Diary(names, start, [("c", "prov", "leave", start, start + timedelta(days=90), None)])
    noon = start + timedelta(days=60, hours=12)
    assert [row["claim_id"] for row in diary.held(["prov"], noon, noon + timedelta(hours=1), (), None)] == ["c"]
    diary.release("leave")
    assert diary.held(["prov"], noon, noon + timedelta(hours=1), (), None) == []
    diary.back_to(0)
    assert len(diary.held(["prov"], noon, noon + timedelta(hours=1), (), None)) == 1


def test_whoever_waits_is_served_even_if_the_leader_is_interrupted(record, house, wish, monkeypatch):
    """The one who leads dies in the middle; those it was leading hear that nothing was saved, and the next ones go on."""
    command, said, _ = wish(house.ada, "10:00")

    def die(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(record, "_work_off", die)
    with pytest.raises(KeyboardInterrupt):
        record.run(command, SYSTEM, **said)
    monkeypatch.undo()
    answers = []

    def book(at):
        answers.append(record.run(command, SYSTEM, **said | {"wall_start": f"{DAY}T{at}"}))

    threads = [threading.Thread(target=book, args=(at,)) for at in ("09:00", "10:30", "14:00")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(answers) == 3
