"""Rooms and equipment as needs: one of a pool, several of it, pinned by a person, or made free by leading others."""

from __future__ import annotations

from itertools import permutations
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.errors import Conflict, Refusal
from practice.people.commands import add_room, change_service
from practice.scheduling.attendance import record_arrival
from practice.scheduling.commands import book_appointment, cancel_appointment, hold_slot, move_appointment
from practice.scheduling.policies import set_overlap_policy
from practice.scheduling.pools import Member, Pool, choose
from practice.scheduling.resources import (
    add_equipment,
    add_pool,
    change_equipment,
    close_pool,
    set_need,
    set_pool_members,
)
from practice.scheduling.slots import slots_offered

TODAY, DAY = "2026-03-02", "2026-03-03"


@pytest.fixture
def front(record, house, desk, owner):
    """Intake needs one of the lasers; there are two at Elm Street, and each rests ten minutes after a visit."""

    class Front:
        def books(self, client, time, service=house.intake, provider=house.moss, **more):
            wish = {"provider_id": provider, "service_id": service, "location_id": house.location}
            wish |= {"wall_start": f"{DAY}T{time}", "client_id": client}
            return record.run(book_appointment, desk, **wish | more)

        def refused(self, rule, *what, **more):
            with pytest.raises(Refusal) as answer:
                self.books(*what, **more)
            assert answer.value.rule == rule, answer.value
            return answer.value

        def held(self, booked, kind="equipment"):
            with record.read() as reader:
                sql = "select distinct resource_id from claims where appointment_id = ? and resource_kind = ?"
                return [row["resource_id"] for row in reader.rows(sql, booked["appointment_id"], kind)]

        def does(self, command, **parameters):
            return record.run(command, owner, **parameters)

        def offered(self, service=house.intake, provider=house.moss):
            with record.read() as reader:
                found = slots_offered(
                    reader, service_id=service, location_id=house.location, provider_id=provider, first=DAY, days=1,
                    limit=99,
                )  # fmt: skip
            return [row["wall_start"].strftime("%H:%M") for row in found]

        def room(self, booked):
            with record.read() as reader:
                return reader.get("appointments", booked["appointment_id"], "visit")["room_id"]

    return Front()


@pytest.fixture
def lasers(front, house):
    ids = [
        front.does(add_equipment, location_id=house.location, name=f"Laser {number}")["equipment_id"]
        for number in (1, 2)
    ]
    pool = front.does(add_pool, name="Lasers", kind="equipment", resource_ids=ids)["pool_id"]
    front.does(set_need, service_id=house.intake, pool_id=pool, quantity=1)
    front.does(change_service, service_id=house.intake, buffer_after_minutes=10)
    return SimpleNamespace(ids=ids, pool=pool)


def test_a_visit_takes_one_of_the_pool_and_is_offered_only_where_one_is_free(front, house, lasers, record):
    first = front.books(house.ada, "10:00")  # until 11:30, and ten minutes
    second = front.books(house.ben, "10:00", provider=house.reed)
    assert sorted(front.held(first) + front.held(second)) == sorted(lasers.ids)
    front.does(change_equipment, equipment_id=lasers.ids[1], name="Laser 2", capacity=1, is_active=False)
    offered = front.offered()
    assert "11:30" not in offered  # the laser rests
    assert "11:45" in offered


def test_where_all_are_taken_the_refusal_names_them_and_the_times_that_pass(front, house, lasers, record, desk):
    front.does(change_equipment, equipment_id=lasers.ids[1], name="Laser 2", capacity=1, is_active=False)
    booked = front.books(house.ada, "10:00")
    refusal = front.refused("equipment_taken", house.ben, "11:30", provider=house.reed)
    assert str(refusal).startswith("None of Lasers is free at Elm Street from 11:30 to 13:00 (Laser 1 is taken)")
    assert f"{DAY}T11:45" in refusal.alternatives
    record.run(cancel_appointment, desk, appointment_id=booked["appointment_id"], cancelled_by="client", code="other")
    front.books(house.ben, "11:30", provider=house.reed)


def test_a_hold_keeps_its_laser_and_a_video_visit_needs_none(front, house, lasers, record, desk):
    place = {"provider_id": house.moss, "service_id": house.intake, "location_id": house.location}
    hold = record.run(hold_slot, desk, wall_start=f"{DAY}T10:00", **place)
    booked = front.books(house.ada, "10:00", hold_id=hold["hold_id"])
    assert booked["appointment_id"] == hold["hold_id"]
    assert len(front.held(booked)) == 1
    assert front.held(front.books(house.ben, "10:00", provider=house.reed, mode="video")) == []


def test_a_move_and_another_length_take_their_laser_along(front, house, lasers, record, desk):
    booked = front.books(house.ada, "10:00")
    moved = record.run(
        move_appointment, desk, appointment_id=booked["appointment_id"], wall_start=f"{DAY}T13:00",
        moved_by="client", code="other",
    )  # fmt: skip
    record.run(move_appointment, desk, appointment_id=moved["appointment_id"], duration_minutes=120)
    assert (front.held(booked), len(front.held(moved))) == ([], 1)


def test_members_are_dated_and_history_stays(front, house, lasers):
    members = {"pool_id": lasers.pool, "resource_ids": []}
    with pytest.raises(Refusal, match="stays so"):
        front.does(set_pool_members, effective_from="2026-03-01", **members)
    front.does(set_pool_members, effective_from="2026-03-04", **members)
    front.books(house.ada, "10:00")
    refusal = front.refused("pool_too_small", house.ben, "10:00", wall_start="2026-03-04T10:00")
    assert str(refusal).startswith("Intake needs 1 of Lasers, and Elm Street has 0")
    with pytest.raises(Conflict, match="still needed by Intake"):
        front.does(close_pool, pool_id=lasers.pool)


def test_two_of_a_pool_and_a_pinned_room(front, house):
    third = front.does(add_room, location_id=house.location, name="Room 3")["room_id"]
    pool = front.does(add_pool, name="Therapy rooms", kind="room", resource_ids=house.rooms)["pool_id"]
    front.does(set_need, service_id=house.visit, pool_id=pool, quantity=2)
    booked = front.books(house.ada, "10:00", house.visit, room_id="room-2")
    assert front.room(booked) == "room-2"
    assert sorted(front.held(booked, "room")) == ["room-1", "room-2"]
    refusal = front.refused("room_taken", house.ben, "10:30", house.visit, house.reed)
    assert "2 of Therapy rooms are needed and too few are free" in str(refusal)
    front.does(set_need, service_id=house.visit, pool_id=pool, quantity=1)
    refusal = front.refused("room_not_in_pool", house.ben, "14:00", house.visit, house.reed, room_id=third)
    assert str(refusal) == "Room 3 is not one of the Therapy rooms; choose one of Room 1, Room 2."


@pytest.fixture
def broken(front, house, record, desk):
    """Room 1 is taken from nine to ten, Room 2 from ten to eleven; nobody chose either. Providers never stand in the way."""

    def book(is_pinned=False):
        pin = {"room_id": "room-2"} if is_pinned else {}
        first = front.books(house.ada, "09:00", house.visit)
        between = front.books(house.dan, "10:00", house.visit, room_id="room-1")
        second = front.books(house.ben, "10:00", house.visit, **pin)
        said = {"cancelled_by": "client", "code": "other", "appointment_id": between["appointment_id"]}
        record.run(cancel_appointment, desk, **said)
        assert (front.room(first), front.room(second)) == ("room-1", "room-2")
        return first, second

    front.does(set_overlap_policy, resource_kind="provider", rule="capacity", capacity=9, effective_from=TODAY)
    return book


TWO_HOURS = {"duration_minutes": 110}


def test_whose_room_nobody_chose_is_led_to_another_before_no_room_is_said(front, house, record, broken):
    first, second = broken()
    third = front.books(house.cora, "09:00", house.visit, **TWO_HOURS)
    rooms = [front.room(one) for one in (first, second, third)]
    assert rooms[0] == rooms[1] != rooms[2]
    with record.read() as reader:
        doubled = reader.value("select count(*) - count(distinct (resource_id, slot_at)) from slots where resource_id like 'room%'")  # fmt: skip
        noted = reader.rows("select appointment_id from appointment_events where kind = 'changed'")
    assert doubled == 0
    assert len(noted) == 1


def test_a_room_that_a_person_chose_is_kept(front, house, broken):
    first, second = broken(is_pinned=True)
    third = front.books(house.cora, "09:00", house.visit, **TWO_HOURS)
    assert (front.room(first), front.room(second), front.room(third)) == ("room-2", "room-2", "room-1")
    refusal = front.refused("room_taken", house.dan, "09:30", house.visit)
    assert str(refusal).startswith("No room is free at Elm Street from 09:30 to 10:20 (Room 2, Room 1 are taken)")


def test_nobody_is_led_who_is_there_already(front, house, broken, record, desk, clock):
    first, _ = broken()
    clock.to(f"{DAY}T13:55")
    record.run(record_arrival, desk, attendee_id=first["attendee_id"])
    second = front.books(house.cora, "09:00", house.visit, **TWO_HOURS)
    assert (front.room(first), front.room(second)) == ("room-1", "room-2")


members = st.lists(st.sampled_from("abcd"), unique=True, max_size=4)


@given(st.lists(st.tuples(st.integers(1, 2), members), min_size=1, max_size=3), st.sets(st.sampled_from("abcd")))
def test_a_choice_is_found_whenever_there_is_one(wanted, free):
    pools = [
        Pool(str(number), "p", "room", quantity, tuple(Member(one, one, 1) for one in some))
        for number, (quantity, some) in enumerate(wanted)
    ]
    seats = [pool for pool in pools for _ in range(pool.quantity)]
    could = any(
        all(one in {member.resource_id for member in pool.members} for one, pool in zip(order, seats, strict=False))
        for order in permutations(sorted(free), len(seats))
    )
    found = choose(pools, free.__contains__)
    assert isinstance(found, dict) is could
    if isinstance(found, dict):
        taken = [one for some in found.values() for one in some]
        assert len(set(taken)) == len(taken) == len(seats)
        assert set(taken) <= free
        for pool in pools:
            assert set(found[pool.pool_id]) <= {member.resource_id for member in pool.members}
