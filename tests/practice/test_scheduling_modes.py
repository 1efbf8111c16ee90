"""In person or by video, per visit, until it begins: the room follows, the link is made, the service says what is given."""

from __future__ import annotations

import json

import pytest

from practice.access.permissions import SYSTEM
from practice.errors import Conflict, NotPermitted, Refusal
from practice.people.commands import change_provider, change_service
from practice.scheduling import queries
from practice.scheduling.attendance import start_visit
from practice.scheduling.commands import book_appointment, move_appointment
from practice.scheduling.hybrid import change_mode, set_client_place, set_video_link_template
from practice.scheduling.modes import is_home, place_of_service
from practice.scheduling.resources import add_equipment, add_pool, set_need


@pytest.fixture
def at_ten(record, house, desk):
    """Books Ada with Dr. Moss today at ten."""

    def book(client=house.ada, **more):
        wish = {
            "provider_id": house.moss, "service_id": house.visit, "location_id": house.location,
            "wall_start": "2026-03-02T10:00",
        }  # fmt: skip
        return record.run(book_appointment, desk, client_id=client, **(wish | more))

    return book


@pytest.fixture
def visit(record, desk):
    def read(appointment_id):
        with record.read() as reader:
            return queries.visit(reader, desk, appointment_id)

    return read


def rooms_held(found):
    return [claim["resource_id"] for claim in found["claims"] if claim["resource_kind"] == "room"]


def test_to_video_and_back_the_room_is_given_and_taken(record, desk, at_ten, visit, house):
    booked = at_ten()
    key = booked["appointment_id"]
    record.run(change_mode, desk, appointment_id=key, mode="video", client_place="Home")
    after = visit(key)
    assert (after["mode"], after["room_id"], rooms_held(after)) == ("video", None, [])
    record.run(change_mode, desk, appointment_id=key, mode="in_person", room_id="room-2")
    back = visit(key)
    assert (back["mode"], back["room_id"], back["client_place"]) == ("in_person", "room-2", None)
    assert set(rooms_held(back)) == {"room-2"}
    changes = [event["details"] for event in back["events"] if event["kind"] == "changed"]
    assert changes[0] == {
        "before": {"mode": "in_person", "room_id": booked["room_id"]}, "after": {"mode": "video", "room_id": None},
    }  # fmt: skip
    assert "Home" not in json.dumps(changes)  # the client's place stays in the record's row


def test_a_video_visit_gives_its_equipment_back_and_takes_it_again_in_person(record, desk, owner, at_ten, house):
    laser = record.run(add_equipment, owner, location_id=house.location, name="Laser")["equipment_id"]
    pool = record.run(add_pool, owner, name="Lasers", kind="equipment", resource_ids=[laser])["pool_id"]
    record.run(set_need, owner, service_id=house.visit, pool_id=pool, quantity=1)
    ada = at_ten()["appointment_id"]
    record.run(change_mode, desk, appointment_id=ada, mode="video")
    reed = at_ten(house.ben, provider_id=house.reed)["appointment_id"]  # the only laser is free
    with pytest.raises(Conflict, match="None of Lasers is free"):
        record.run(change_mode, desk, appointment_id=ada, mode="in_person")
    record.run(change_mode, desk, appointment_id=reed, mode="video")
    record.run(change_mode, desk, appointment_id=ada, mode="in_person")


def test_back_in_person_it_passes_the_one_check(record, desk, at_ten, house):
    booked = at_ten(mode="video")
    at_ten(client=house.ben, provider_id=house.reed, room_id="room-1")
    with pytest.raises(Refusal) as answer:
        record.run(change_mode, desk, appointment_id=booked["appointment_id"], mode="in_person", room_id="room-1")
    assert answer.value.rule == "room_taken"
    free = record.run(change_mode, desk, appointment_id=booked["appointment_id"], mode="in_person")
    assert free["room_id"] == "room-2"


def test_a_mode_changes_until_the_visit_begins(record, desk, at_ten, clock):
    booked = at_ten()
    clock.to("2026-03-02T15:05")  # late, but nobody is in session yet
    record.run(change_mode, desk, appointment_id=booked["appointment_id"], mode="video")
    with pytest.raises(Refusal, match="already"):
        record.run(change_mode, desk, appointment_id=booked["appointment_id"], mode="video")
    record.run(start_visit, desk, attendee_id=booked["attendee_id"])
    with pytest.raises(Refusal) as answer:
        record.run(change_mode, desk, appointment_id=booked["appointment_id"], mode="in_person")
    assert answer.value.rule == "already_begun"
    other = at_ten(wall_start="2026-03-02T11:00")
    clock.to("2026-03-02T17:30")
    with pytest.raises(Refusal) as answer:
        record.run(change_mode, desk, appointment_id=other["appointment_id"], mode="video")
    assert answer.value.rule == "past"


def test_a_service_says_how_it_is_given(record, desk, at_ten, house):
    booked = at_ten()
    record.run(change_service, SYSTEM, service_id=house.visit, modes="in_person")
    for tried in (
        lambda: at_ten(client=house.ben, mode="video", wall_start="2026-03-02T12:00"),
        lambda: record.run(change_mode, desk, appointment_id=booked["appointment_id"], mode="video"),
    ):
        with pytest.raises(Refusal, match="Follow-up is given in person only") as answer:
            tried()
        assert answer.value.alternatives == ("in_person",)


def test_links_are_the_providers_own_or_made_by_the_practices_template(record, desk, owner, at_ten, visit, house):
    assert visit(at_ten(mode="video")["appointment_id"])["video_link"] is None
    for wrong in ("https://meet.example/room", "http://meet.example/{id}", "meet"):
        with pytest.raises(Refusal, match="address with"):
            record.run(set_video_link_template, owner, template=wrong)
    record.run(set_video_link_template, owner, template="https://meet.example/{id}")
    links = [
        visit(at_ten(mode="video", client=client, wall_start=f"2026-03-02T{hour}:00")["appointment_id"])
        for client, hour in ((house.ben, 11), (house.dan, 12))
    ]
    made = {found["video_link"] for found in links}
    assert len(made) == 2
    assert all(link.startswith("https://meet.example/") for link in made)
    assert all(found["appointment_id"] not in found["video_link"] for found in links)
    record.run(change_provider, SYSTEM, provider_id=house.reed, video_link="https://rooms.example/reed")
    moved = record.run(
        move_appointment,
        desk,
        appointment_id=links[0]["appointment_id"],
        provider_id=house.reed,
        moved_by="practice",
        code="weather",
    )
    assert visit(moved["appointment_id"])["video_link"] == "https://rooms.example/reed"


def test_the_clients_place_is_asked_for_video_and_moves_along(record, desk, at_ten, visit):
    booked = at_ten(mode="video")
    record.run(set_client_place, desk, appointment_id=booked["appointment_id"], client_place=" at  work ")
    assert visit(booked["appointment_id"])["client_place"] == "at work"
    moved = record.run(
        move_appointment,
        desk,
        appointment_id=booked["appointment_id"],
        wall_start="2026-03-03T10:00",
        moved_by="client",
        code="other",
    )
    assert visit(moved["appointment_id"])["client_place"] == "at work"
    record.run(change_mode, desk, appointment_id=moved["appointment_id"], mode="in_person")
    with pytest.raises(Refusal, match="for a video visit"):
        record.run(set_client_place, desk, appointment_id=moved["appointment_id"], client_place="home")


def test_who_may_not_book_may_not_change_how(record, at_ten, as_role, house):
    booked = at_ten()
    with pytest.raises(NotPermitted):
        record.run(
            change_mode,
            as_role("provider", provider_id=house.moss),
            appointment_id=booked["appointment_id"],
            mode="video",
        )


@pytest.mark.parametrize(
    ("mode", "place", "code"),
    [
        ("in_person", None, "11"),
        ("in_person", "Home", "11"),
        ("video", "home", "10"),
        ("video", "Office", "02"),
        ("video", None, "02"),
    ],
)
def test_the_place_of_service_follows_the_mode(mode, place, code):
    assert place_of_service(mode, is_home(place)) == code
