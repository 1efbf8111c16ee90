"""The practice's furniture: settings, locations, rooms, providers, services, payers."""

from __future__ import annotations

from datetime import date

import pytest

from practice.access.permissions import SYSTEM, Permission
from practice.errors import Conflict, NotFound, NotPermitted, Refusal
from practice.people import queries
from practice.people.beginning_queries import next_step
from practice.people.commands import (
    add_location,
    add_payer,
    add_provider,
    add_referral_source,
    add_room,
    add_service,
    assign_service,
    change_location,
    change_payer,
    change_provider,
    change_referral_source,
    change_room,
    change_service,
    set_contract,
    set_practice,
    unassign_service,
)
from practice.store.record import Command
from tests.conftest import INSERT
from tests.practice.billing.conftest import visit_rows


def read(record, query, *arguments):
    with record.read() as reader:
        return query(reader, *arguments)


def test_the_practice_is_named_and_can_be_renamed(record, owner):
    record.run(set_practice, owner, name="  Elm   Street ", zone="Europe/Berlin", currency="eur")
    record.run(set_practice, owner, name="Oak Street", zone="Europe/Berlin", currency="EUR")
    assert read(record, queries.practice) == {
        "practice_name": "Oak Street",
        "zone": "Europe/Berlin",
        "currency": "EUR",
    }


def test_a_second_currency_is_refused(record, owner, house):
    with pytest.raises(Refusal, match="keeps its money in USD") as refused:
        record.run(set_practice, owner, name="Elm", zone="America/New_York", currency="EUR")
    assert refused.value.rule == "one_currency"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "   ", "name is missing"),
        ("name", "x" * 201, "at most 200"),
        ("zone", "Mars/Base", "IANA time zone"),
        ("zone", "../etc/passwd", "IANA time zone"),
        ("currency", "DOGE", "USD or EUR"),
    ],
)
def test_a_practice_with_a_wrong_field_is_refused_naming_it(record, owner, field, value, says):
    fields = {"name": "Elm", "zone": "Europe/Berlin", "currency": "EUR"} | {field: value}
    with pytest.raises(Refusal, match=says) as refused:
        record.run(set_practice, owner, **fields)
    assert refused.value.field == field


def test_a_location_can_be_renamed_although_rooms_stand_in_it(record, owner, house):
    record.run(change_location, owner, location_id=house.location, name="Oak Street", phone="+1 555 010 0100")
    assert [row["location_name"] for row in read(record, queries.rooms, owner)] == ["Oak Street"] * 2


def test_two_locations_never_share_a_name(record, owner, house):
    with pytest.raises(Conflict, match="already a location of that name"):
        record.run(add_location, owner, name="ELM street", zone="America/New_York")
    oak = record.run(add_location, owner, name="Oak", zone="America/New_York")["location_id"]
    with pytest.raises(Conflict):
        record.run(change_location, owner, location_id=oak, name="elm street")
    assert record.run(change_location, owner, location_id=oak, name="OAK") == {
        "location_id": oak,
        "affected_appointment_ids": [],
    }


def test_a_manager_of_one_location_leaves_the_others_alone(record, house, as_role):
    manager = as_role("manager", location_ids=frozenset({house.location}))
    other = record.run(add_location, SYSTEM, name="Oak", zone="America/New_York")["location_id"]
    with pytest.raises(NotPermitted):
        record.run(add_room, manager, location_id=other, name="Blue")
    with pytest.raises(NotPermitted):
        record.run(change_location, manager, location_id=other, name="Ash")
    with pytest.raises(Refusal, match="ask the owner"):
        record.run(add_location, manager, name="Ash", zone="America/New_York")
    assert [row["location_id"] for row in read(record, queries.locations, manager)] == [house.location]


def test_rooms_share_a_name_only_at_different_locations(record, owner, house):
    with pytest.raises(Conflict, match="room at this location"):
        record.run(add_room, owner, location_id=house.location, name="room 1")
    oak = record.run(add_location, owner, name="Oak", zone="America/New_York")["location_id"]
    room = record.run(add_room, owner, location_id=oak, name="Room 1", capacity=3)["room_id"]
    assert [row["room_id"] for row in read(record, queries.rooms, owner, oak)] == [room]
    with pytest.raises(Refusal, match="from 1 to 100"):
        record.run(change_room, owner, room_id=room, capacity=0)


def test_a_provider_without_a_code_gets_initials_that_nobody_has(record, owner, house):
    first = record.run(add_provider, owner, name="Dr. Ivo Müller", service_ids=[house.visit, house.visit])
    second = record.run(add_provider, owner, name="Ida Märtens")
    assert (first["code"], second["code"]) == ("IM2", "IM3")
    (shown,) = (row for row in read(record, queries.providers, owner) if row["provider_id"] == first["provider_id"])
    assert shown["service_ids"] == [house.visit]
    assert shown["started_date"] == date(2026, 3, 2)


def test_a_taken_code_is_refused_with_a_free_one(record, owner, house):
    with pytest.raises(Conflict) as refused:
        record.run(change_provider, owner, provider_id=house.reed, code="im")
    assert refused.value.alternatives == ("TR2",)
    record.run(change_provider, owner, provider_id=house.reed, code="tr", name="Tomas Reed-Hall")


@pytest.mark.parametrize("number", ["1234567893", "1245319599"])
def test_an_npi_with_its_check_digit_is_kept(record, owner, house, number):
    record.run(change_provider, owner, provider_id=house.moss, npi=number)


@pytest.mark.parametrize("number", ["1234567890", "123456789", "12345678933", "12345x7893"])
def test_an_npi_that_fails_its_check_digit_is_refused(record, owner, house, number):
    with pytest.raises(Refusal, match="not an NPI"):
        record.run(change_provider, owner, provider_id=house.moss, npi=number)


def test_a_provider_cannot_leave_before_starting(record, owner, house):
    with pytest.raises(Refusal, match="before the first day"):
        record.run(change_provider, owner, provider_id=house.moss, ended_date="2024-12-31")


def test_services_are_given_and_taken_away(record, owner, house):
    record.run(unassign_service, owner, provider_id=house.reed, service_id=house.group)
    assert house.reed not in _givers(record, owner, house.group)
    with pytest.raises(Refusal, match="nothing to take away"):
        record.run(unassign_service, owner, provider_id=house.reed, service_id=house.group)
    record.run(assign_service, owner, provider_id=house.reed, service_id=house.group)
    record.run(assign_service, owner, provider_id=house.reed, service_id=house.group)
    assert house.reed in _givers(record, owner, house.group)
    assert house.group in {row["service_id"] for row in read(record, queries.services, owner, house.reed)}


def _givers(record, owner, service_id):
    return [row["provider_id"] for row in read(record, queries.providers, owner, service_id)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("duration_minutes", 52),
        ("duration_minutes", 0),
        ("duration_minutes", True),
        ("fee_minor", -1),
        ("fee_minor", 10.5),
        ("buffer_after_minutes", 7),
        ("capacity", 101),
        ("needs_room", "yes"),
        ("name", None),
    ],
)
def test_a_service_with_a_wrong_field_is_refused_naming_it(record, owner, house, field, value):
    with pytest.raises(Refusal) as refused:
        record.run(
            add_service, owner, **({"name": "Assessment", "duration_minutes": 90, "fee_minor": 1} | {field: value})
        )
    assert refused.value.field == field
    with pytest.raises(Refusal):
        record.run(change_service, owner, service_id=house.visit, **{field: value})


def test_a_field_that_a_service_does_not_have_is_refused(record, owner, house):
    with pytest.raises(Refusal, match="no 'colour'"):
        record.run(change_service, owner, service_id=house.visit, colour="red")


def test_a_service_changes_from_now_on(record, owner, house):
    record.run(change_service, owner, service_id=house.visit, name="Session", fee_minor=160_00)
    (session,) = (row for row in read(record, queries.services, owner) if row["service_id"] == house.visit)
    assert (session["name"], session["fee_minor"], session["duration_minutes"]) == ("Session", 160_00, 50)
    assert session["provider_ids"] == [house.moss, house.reed]


def _furnish(work, *, rows):
    for table, row in rows:
        work.insert(table, row)


def _visit(house, name, **changes):
    return {
        "appointment_id": name, "location_id": house.location, "provider_id": house.moss, "room_id": "room-1",
        "service_id": house.group, "wall_start": "2026-03-03 10:00", "wall_end": "2026-03-03 11:00",
        "zone": "America/New_York", "starts_at": "2026-03-03 15:00", "ends_at": "2026-03-03 16:00",
        "start_date": "2026-03-03", "duration_minutes": 60, "mode": "in_person", "capacity": 6, "status": "scheduled",
        "channel": "desk", "booked_at": "2026-03-01", "known_at": "2026-03-01",
    } | changes  # fmt: skip


def _attendee(number, appointment="tomorrow", **changes):
    return {
        "attendee_id": f"att-{number}", "appointment_id": appointment, "client_id": "client-ada",
        "billing_unit": "attendee", "status": "scheduled", "booked_at": "2026-03-01", "booked_date": "2026-03-01",
        "first_booked_at": "2026-03-01", "first_booked_date": "2026-03-01", "known_at": "2026-03-01",
    } | changes  # fmt: skip


@pytest.fixture
def booked(record, house):
    """A group visit tomorrow with three clients, and one last week."""
    past = {"starts_at": "2026-02-23 15:00", "ends_at": "2026-02-23 16:00", "start_date": "2026-02-23"}
    rows = [("appointments", _visit(house, "tomorrow")), ("appointments", _visit(house, "last-week", **past))]
    rows += [("attendees", _attendee(number)) for number in range(3)]
    rows += [("attendees", _attendee(9, status="cancelled"))]
    record.run(Command("furnish", Permission.OPERATE, _furnish), SYSTEM, rows=rows)
    return house


@pytest.mark.parametrize(
    ("command", "key", "thing"),
    [
        (change_location, "location_id", "location"),
        (change_provider, "provider_id", "moss"),
        (change_service, "service_id", "group"),
    ],
)
def test_closing_something_lists_the_visits_still_booked_there(record, owner, booked, command, key, thing):
    answer = record.run(command, owner, **{key: getattr(booked, thing)}, is_active=False)
    assert answer["affected_appointment_ids"] == ["tomorrow"]


def test_a_provider_who_leaves_is_told_of_the_visits_after_the_last_day(record, owner, booked):
    def leaves(day):
        return record.run(change_provider, owner, provider_id=booked.moss, ended_date=day)["affected_appointment_ids"]

    assert leaves("2026-03-02") == ["tomorrow"]
    assert leaves("2026-03-03") == []


def test_lowering_a_capacity_evicts_nobody_and_lists_what_no_longer_fits(record, owner, booked):
    def lowered_to(capacity):
        answer = record.run(change_service, owner, service_id=booked.group, capacity=capacity)
        return answer["affected_appointment_ids"]

    assert lowered_to(3) == []
    assert lowered_to(2) == ["tomorrow"]


def test_a_location_keeps_its_zone_while_visits_are_booked(record, owner, booked):
    with pytest.raises(Conflict, match="move or cancel them first"):
        record.run(change_location, owner, location_id=booked.location, zone="America/Chicago")


def test_a_payers_contracts_follow_each_other_without_gap_or_overlap(record, owner, house):
    payer = record.run(add_payer, owner, name="Lake Mutual", kind="commercial")["payer_id"]
    for day, allowed in (("2026-01-01", 100_00), ("2026-07-01", 110_00), ("2026-04-01", 105_00), ("2026-07-01", 1)):
        record.run(
            set_contract, owner, payer_id=payer, service_id=house.visit, allowed_minor=allowed, effective_from=day
        )
    rows = read(record, queries.contracts, owner, payer)
    assert [(str(row["effective_from"]), str(row["effective_to"]), row["allowed_minor"]) for row in rows] == [
        ("2026-07-01", "None", 1),
        ("2026-04-01", "2026-06-30", 105_00),
        ("2026-01-01", "2026-03-31", 100_00),
    ]


def test_what_a_payer_allows_is_shown_to_those_who_see_money(record, house, as_role):
    with pytest.raises(NotPermitted):
        read(record, queries.contracts, as_role("provider"), house.payer)


def test_payers_and_referral_sources_have_a_kind_and_their_own_name(record, owner, house):
    with pytest.raises(Refusal, match="commercial, public"):
        record.run(add_payer, owner, name="Lake", kind="nice")
    with pytest.raises(Conflict):
        record.run(add_referral_source, owner, name="WEB", kind="web")
    source = record.run(add_referral_source, owner, name="Dr. Lund", kind="professional")["referral_source_id"]
    record.run(change_referral_source, owner, referral_source_id=source, is_active=False)
    record.run(change_payer, owner, payer_id=house.payer, name="Harbor Mutual")
    assert [row["name"] for row in read(record, queries.referral_sources, owner)] == ["Web"]
    assert [row["name"] for row in read(record, queries.payers, owner)] == ["Harbor Mutual"]


def test_what_does_not_exist_cannot_be_changed(record, owner, house):
    with pytest.raises(NotFound):
        record.run(change_room, owner, room_id="room-9", name="Nine")


def test_set_up_says_what_is_missing_and_is_done_step_by_step(record, owner):
    def missing():
        return [step["step"] for step in read(record, queries.setup_progress) if not step["is_done"]]

    everything = missing()
    assert everything == ["practice", "location", "service", "provider", "provider_service", "hours", "staff", "client"]
    record.run(set_practice, owner, name="Elm", zone="Europe/Berlin", currency="EUR")
    elm = record.run(add_location, owner, name="Elm", zone="Europe/Berlin")["location_id"]
    service = record.run(add_service, owner, name="Visit", duration_minutes=50, fee_minor=9000, needs_room=True)
    assert missing()[0] == "room"
    record.run(add_room, owner, location_id=elm, name="Blue")
    record.run(add_provider, owner, name="Ines Moss", service_ids=[service["service_id"]])
    assert missing() == ["hours", "staff", "client"]
    assert all(step["is_done"] is not bool(step["sentence"]) for step in read(record, queries.setup_progress))


def test_a_furnished_practice_lacks_only_people_to_sign_in(record, house):
    steps = read(record, queries.setup_progress)
    assert [step["step"] for step in steps if not step["is_done"]] == ["staff"]
    assert all(step["is_done"] for step in steps if step["is_needed"])


def test_the_way_to_the_first_money_goes_on_after_set_up_until_a_visit_was_completed(record, house):
    def ahead():
        step = read(record, next_step)
        return step and step.step

    assert ahead() == "visit", "the house has clients"
    rows = visit_rows(
        1, client=house.ada, provider=house.moss, service=house.visit, day=date(2026, 3, 2), status="scheduled"
    )
    record.run(INSERT, SYSTEM, rows=rows)
    assert ahead() == "outcome"
    rows = visit_rows(2, client=house.ben, provider=house.moss, service=house.visit, day=date(2026, 3, 3),
                      status="completed")  # fmt: skip
    record.run(INSERT, SYSTEM, rows=rows)
    assert ahead() is None
