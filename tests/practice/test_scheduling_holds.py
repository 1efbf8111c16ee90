"""A place that is held while somebody types: nobody else gets it, it becomes the visit, and it is free when it is over."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from practice.access.permissions import Permission
from practice.errors import Conflict, Refusal
from practice.scheduling.block_claims import claim_block
from practice.scheduling.commands import book_appointment, hold_slot, release_hold
from practice.scheduling.holds import settle_due, settle_holds
from practice.scheduling.policies import over_capacity, set_overlap_policy
from practice.scheduling.slots import offered_slots, slots_offered
from practice.store.record import Command

TEN = "2026-03-03T10:00"


@pytest.fixture
def visit(house):
    return {"provider_id": house.moss, "service_id": house.visit, "location_id": house.location, "wall_start": TEN}


@pytest.fixture
def colleague(as_role):
    return as_role("manager")


def rows(record, sql, *values):
    with record.read() as reader:
        return reader.rows(sql, *values)


def starts(record, house, **more):
    with record.read() as reader:
        found = slots_offered(
            reader, service_id=house.visit, location_id=house.location, provider_id=house.moss, first="2026-03-03",
            days=1, limit=50, **more,
        )  # fmt: skip
    return [row["wall_start"].strftime("%H:%M") for row in found]


def test_a_held_place_is_offered_and_given_to_nobody_else(record, house, desk, colleague, visit):
    hold = record.run(hold_slot, desk, **visit)
    assert hold["expires_at"] == "2026-03-02 14:05:00"
    with pytest.raises(Conflict, match=r"Dr. Ines Moss is being booked by somebody else until 09:05\.") as refused:
        record.run(book_appointment, colleague, client_id=house.ada, **visit)
    assert (refused.value.rule, refused.value.alternatives[0]) == ("provider_taken", "2026-03-03T09:00")
    assert "10:00" not in starts(record, house)
    assert "10:00" in starts(record, house, ignoring=hold["hold_id"])


def test_the_visit_takes_the_claims_the_room_and_the_id_of_the_hold(record, house, desk, visit):
    hold = record.run(hold_slot, desk, client_id=house.ada, room_id="room-2", **visit)
    sql = "select claim_id, resource_id, kind, starts_at, ends_at, lane from claims order by all"
    before, slots = rows(record, sql), rows(record, "select * from slots order by all")
    booked = record.run(book_appointment, desk, client_id=house.ada, hold_id=hold["hold_id"], **visit)
    assert (booked["appointment_id"], booked["room_id"]) == (hold["hold_id"], "room-2")
    assert (rows(record, sql), rows(record, "select * from slots order by all")) == (before, slots)
    assert rows(record, "select distinct holder, expires_at from claims") == [
        {"holder": "appointment", "expires_at": None}
    ]
    assert rows(record, "select outcome from holds") == [{"outcome": "converted"}]
    with pytest.raises(Conflict, match="booked already"):
        record.run(book_appointment, desk, client_id=house.ben, hold_id=hold["hold_id"], **visit)


def test_a_client_who_is_named_only_when_booking_is_checked_then(record, house, desk, visit):
    record.run(book_appointment, desk, client_id=house.ada, **visit | {"provider_id": house.reed})
    hold = record.run(hold_slot, desk, **visit)
    with pytest.raises(Conflict, match="already booked with Tomas Reed"):
        record.run(book_appointment, desk, client_id=house.ada, hold_id=hold["hold_id"], **visit)
    booked = record.run(book_appointment, desk, client_id=house.ben, hold_id=hold["hold_id"], **visit)
    assert booked["appointment_id"] == hold["hold_id"]


def test_another_s_hold_serves_nobody_else(record, house, desk, colleague, visit):
    hold = record.run(hold_slot, desk, **visit)
    with pytest.raises(Conflict) as refused:
        record.run(book_appointment, colleague, client_id=house.ada, hold_id=hold["hold_id"], **visit)
    assert refused.value.rule == "hold_of_another"
    with pytest.raises(Conflict):
        record.run(release_hold, colleague, hold_id=hold["hold_id"])
    record.run(release_hold, desk, hold_id=hold["hold_id"])
    record.run(book_appointment, colleague, client_id=house.ada, **visit)


def test_a_hold_that_is_over_is_free_and_its_slots_stop_nobody(record, house, desk, colleague, clock, visit):
    hold = record.run(hold_slot, desk, **visit)
    clock.forward(minutes=5)
    assert "10:00" in starts(record, house)
    record.run(book_appointment, colleague, client_id=house.ada, **visit)
    assert rows(record, "select outcome from holds") == [{"outcome": "expired"}]
    with pytest.raises(Conflict, match=r"taken from 10:00 until 10:50 by Ada Birch"):
        record.run(book_appointment, desk, client_id=house.ben, hold_id=hold["hold_id"], **visit)


def test_a_hold_that_is_over_is_checked_like_any_other_place(record, house, desk, clock, visit):
    hold = record.run(hold_slot, desk, **visit)
    clock.forward(minutes=6)
    booked = record.run(book_appointment, desk, client_id=house.ada, hold_id=hold["hold_id"], **visit)
    assert booked["appointment_id"] != hold["hold_id"]
    assert rows(record, "select outcome from holds") == [{"outcome": "expired"}]


def test_who_types_holds_one_place_and_booking_elsewhere_lets_it_go(record, house, desk, visit):
    first = record.run(hold_slot, desk, **visit)
    second = record.run(hold_slot, desk, **visit | {"wall_start": "2026-03-03T10:30"})
    assert rows(record, "select hold_id, outcome from holds order by held_at, outcome nulls last") == [
        {"hold_id": first["hold_id"], "outcome": "released"}, {"hold_id": second["hold_id"], "outcome": None}
    ]  # fmt: skip
    booked = record.run(
        book_appointment, desk, client_id=house.ada, hold_id=second["hold_id"],
        **visit | {"wall_start": "2026-03-03T14:00"},
    )  # fmt: skip
    assert booked["appointment_id"] != second["hold_id"]
    assert rows(record, "select distinct appointment_id from claims") == [{"appointment_id": booked["appointment_id"]}]


def test_an_offer_s_holder_may_hold_many_places(record, house, desk, visit):
    for hour in (9, 10, 11):
        record.run(
            hold_slot, desk, purpose="offer", held_by="round", minutes=120,
            **visit | {"wall_start": f"2026-03-03T{hour:02}:00"},
        )  # fmt: skip
    assert len(rows(record, "select * from holds where outcome is null")) == 3
    with pytest.raises(Refusal, match="up to 30 minutes"):
        record.run(hold_slot, desk, minutes=31, **visit)


def test_holds_that_are_over_are_settled_by_who_tidies_up(record, house, desk, clock, visit):
    record.run(hold_slot, desk, **visit)
    clock.forward(minutes=10)
    assert record.run(settle_holds, desk) == {"count": 1}
    assert rows(record, "select * from claims") == rows(record, "select * from slots") == []
    assert record.run(settle_holds, desk) == {"count": 0}


def test_the_beat_settles_what_is_over_and_writes_nothing_where_nothing_is(record, house, desk, clock, visit):
    record.run(hold_slot, desk, **visit)
    assert settle_due(record) == 0
    clock.forward(minutes=6)
    assert settle_due(record) == 1
    with record.read() as reader:
        entries = reader.value("select count(*) from audit_entries")
        assert reader.value("select outcome from holds") == "expired"
    assert settle_due(record) == 0
    with record.read() as reader:
        assert reader.value("select count(*) from audit_entries") == entries


def test_the_last_seat_of_a_group_is_held_too(record, house, desk, colleague, visit):
    group = visit | {"service_id": house.group}
    for client in (house.ada, house.ben, house.cora):
        record.run(book_appointment, desk, client_id=client, **group)
    holds = [record.run(hold_slot, desk, held_by=f"browser-{n}", purpose="online", **group) for n in range(3)]
    with pytest.raises(Conflict, match="no seat left: 3 of 6 are being booked") as refused:
        record.run(book_appointment, colleague, client_id=house.dan, **group)
    assert refused.value.rule == "group_full"
    with record.read() as reader:
        offered = offered_slots(reader, desk, house.group, house.location, house.moss, "2026-03-03", days=1, limit=99)
        assert all(row["appointment_id"] is None for row in offered)
    seat = record.run(
        book_appointment, desk, client_id=house.dan, hold_id=holds[0]["hold_id"], held_by="browser-0", **group
    )
    assert len(rows(record, "select * from attendees where appointment_id = ?", seat["appointment_id"])) == 4


def _block(work, *, is_forced=False, **block):
    work.insert("blocks", block)
    return claim_block(work, block, is_forced=is_forced)


BLOCK = Command("test_block", Permission.BOOK, _block)


def block(house, at="10:00", until="11:00", **more):
    zone = timedelta(hours=5)
    start, end = (datetime.fromisoformat(f"2026-03-03T{text}") for text in (at, until))
    return {
        "block_id": f"block-{at}", "resource_kind": "provider", "resource_id": house.moss,
        "location_id": house.location, "kind": "meeting", "title": None, "wall_start": start, "wall_end": end,
        "zone": "America/New_York", "starts_at": start + zone, "ends_at": end + zone, "start_date": start.date(),
        "external_calendar_id": None, "external_uid": None, "external_recurrence": None, "is_withdrawn": False,
        "known_at": datetime(2026, 3, 2),
    } | more  # fmt: skip


def test_blocked_time_is_for_no_visit_whatever_the_capacity(record, house, owner, desk, visit):
    record.run(
        set_overlap_policy, owner, resource_kind="provider", rule="capacity", capacity=3, effective_from="2026-03-02"
    )
    assert record.run(BLOCK, desk, **block(house)) == []
    with pytest.raises(Conflict, match="is kept from 10:00 until 11:00 for a meeting"):
        record.run(book_appointment, desk, client_id=house.ada, **visit)
    assert "10:00" not in starts(record, house)


def test_a_block_tells_who_stands_there_and_another_calendar_s_is_claimed_all_the_same(record, house, desk, visit):
    booked = record.run(book_appointment, desk, client_id=house.ada, **visit)
    (clash,) = record.run(BLOCK, desk, **block(house))
    assert (clash["holder_id"], clash["holder"]) == (booked["appointment_id"], "appointment")
    assert rows(record, "select * from claims where holder = 'block'") == []
    with record.read() as reader:
        assert over_capacity(reader, "provider") == []
    assert len(record.run(BLOCK, desk, is_forced=True, **block(house, "10:30"))) == 1
    with record.read() as reader:
        assert over_capacity(reader, "provider") == [booked["appointment_id"]]
