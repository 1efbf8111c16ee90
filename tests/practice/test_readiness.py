"""What a provider still lacks: each thing that is done goes off the list, and the first bookable day is a real one."""

from __future__ import annotations

from datetime import date

import pytest

from practice.access.permissions import SYSTEM
from practice.access.users import create_user
from practice.calendars.feeds import hash_of, make_calendar_feed
from practice.people.commands import (
    add_location,
    add_provider,
    change_location,
    change_provider,
    change_room,
    change_service,
    set_provider_services,
)
from practice.scheduling import queries
from practice.scheduling.hours import add_time_off, set_weekly_hours
from practice.scheduling.hybrid import set_video_link_template
from practice.scheduling.readiness import provider_readiness

TODAY = date(2026, 3, 2)  # a Monday


@pytest.fixture
def judged(record, owner):
    def judge(provider_id):
        with record.read() as reader:
            return provider_readiness(reader, owner, provider_id)

    return judge


@pytest.fixture
def kim(record, house):
    """Kim Lane begins next Monday; nothing but the person is known."""
    return record.run(add_provider, SYSTEM, name="Kim Lane", started_date="2026-03-09")["provider_id"]


def test_from_nothing_to_complete_one_step_at_a_time(record, house, judged, kim, owner):
    def missing():
        return judged(kim).missing

    assert judged(kim).bookable_from is None
    assert missing()[:2] == ["gives no service", "no hours anywhere"]
    record.run(set_provider_services, SYSTEM, provider_id=kim, service_ids=[house.visit, house.group])
    hours = [{"weekday": day, "start": "09:00", "end": "12:00"} for day in (2, 4)]
    record.run(
        set_weekly_hours, SYSTEM, provider_id=kim, location_id=house.location, hours=hours, effective_from="2026-03-09"
    )
    assert judged(kim).bookable_from == date(2026, 3, 10)  # their first Tuesday
    assert missing() == ["no sign-in", "not offered online", "no video link", "no calendar link"]
    assert judged(kim).sentence(TODAY) == (
        "Bookable from Tuesday 10 March; still missing: no sign-in, not offered online, no video link, no calendar link."
    )
    create_user(
        record, owner, email="kim@elm.example", name="Kim Lane", role="provider", password="four quiet herons wade",
        provider_id=kim,
    )  # fmt: skip
    record.run(change_location, SYSTEM, location_id=house.location, slug="elm-street")
    record.run(change_service, SYSTEM, service_id=house.visit, online="bookable")
    assert missing() == ["no text about them online", "no video link", "no calendar link"]
    record.run(change_provider, SYSTEM, provider_id=kim, about="Works with children.")
    record.run(set_video_link_template, SYSTEM, template="https://meet.example/{id}")
    record.run(make_calendar_feed, owner, scope="provider", scope_id=kim, detail="busy", token_hash=hash_of("a secret"))
    assert missing() == []
    assert judged(kim).sentence(date(2026, 3, 12)) == "Bookable from today; nothing is missing."


def test_the_first_day_is_one_that_can_be_booked(record, house, judged, desk):
    assert judged(house.moss).bookable_from == TODAY
    record.run(
        add_time_off, desk, reason="Course", provider_id=house.moss, start_date="2026-03-02", end_date="2026-03-06"
    )
    first = judged(house.moss).bookable_from
    assert first == date(2026, 3, 9)
    with record.read() as reader:
        slots = queries.offered_slots(reader, desk, house.visit, house.location, provider_id=house.moss, first=TODAY)
    assert slots[0]["wall_start"].date() == first


def test_another_location_without_hours_is_named_but_does_not_stop_booking(record, house, judged):
    record.run(add_location, SYSTEM, name="Oak Street", zone="America/New_York")
    now = judged(house.moss)
    assert now.bookable_from == TODAY
    assert now.missing[0] == "no hours at Oak Street"


def test_services_that_need_a_room_need_one_that_is_open(record, house, judged):
    for room in house.rooms:
        record.run(change_room, SYSTEM, room_id=room, is_active=False)
    now = judged(house.moss)
    assert (now.bookable_from, now.missing[0]) == (None, "no room where the services need one")
    record.run(change_service, SYSTEM, service_id=house.visit, modes="video")
    assert judged(house.moss).bookable_from == TODAY


def test_a_service_without_a_fee_is_named(record, house, judged):
    record.run(change_service, SYSTEM, service_id=house.group, fee_minor=0)
    assert "no fee for Group" in judged(house.moss).missing


def test_who_has_left_is_not_bookable(record, house, judged):
    record.run(change_provider, SYSTEM, provider_id=house.moss, ended_date="2026-02-27")
    assert judged(house.moss).missing[0] == "the provider is not active"


def test_services_are_set_as_a_whole(record, house, kim):
    first = record.run(set_provider_services, SYSTEM, provider_id=kim, service_ids=[house.visit, house.group])
    assert first["given"] == [house.visit, house.group]
    second = record.run(set_provider_services, SYSTEM, provider_id=kim, service_ids=[house.intake, house.visit])
    assert (second["given"], second["taken"]) == ([house.intake], [house.group])
