"""Several clients in one visit: each with their own status in a group, one billing unit in a couple or family."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.access.permissions import SYSTEM
from practice.billing.charges import charge_visit
from practice.billing.queries.worklists import missed_to_charge, to_charge
from practice.errors import Refusal
from practice.people.commands import add_client, add_service, assign_service, change_service
from practice.scheduling import queries
from practice.scheduling.attendance import complete_visit, correct_attendance, record_arrival, record_no_show
from practice.scheduling.commands import book_appointment, cancel_appointment, move_appointment
from practice.scheduling.group_moves import move_attendee
from practice.scheduling.groups import add_attendee, change_capacity, close_group, open_group
from practice.scheduling.model import GONE, status_of
from practice.scheduling.together import book_together, identify_attendee
from practice.scheduling.undoing import restore_appointment

MONDAY, TUESDAY = "2026-03-02T11:00", "2026-03-03T11:00"


@pytest.fixture
def circle(record, house, desk):
    """Dr. Moss's groups: `circle.opens(when)`, `circle.run(command, …)`, `circle.seated(appointment_id)`."""
    place = {"provider_id": house.moss, "service_id": house.group, "location_id": house.location}

    def run(command, *, reason=None, **parameters):
        return record.run(command, desk, reason=reason, **parameters)

    def refused(rule, command, **parameters):
        with pytest.raises(Refusal) as answer:
            run(command, **parameters)
        assert answer.value.rule == rule
        assert str(answer.value).endswith(".")
        return str(answer.value)

    def visit(appointment_id):
        with record.read() as reader:
            return queries.visit(reader, desk, appointment_id)

    def seated(appointment_id):
        return {row["client_id"]: row["status"] for row in visit(appointment_id)["attendees"]}

    def held(appointment_id):
        return sorted(claim["resource_id"] for claim in visit(appointment_id)["claims"])

    return SimpleNamespace(
        run=run, refused=refused, visit=visit, seated=seated, held=held, place=place,
        opens=lambda when, **more: run(open_group, wall_start=when, **(place | more))["appointment_id"],
    )  # fmt: skip


def test_a_group_stands_before_anybody_is_in_it_and_after_everybody_has_left(circle, record, house, desk):
    group = circle.opens(MONDAY, capacity=3, room_id="room-1")
    with record.read() as reader:
        (empty,) = queries.empty_groups(reader, desk, "2026-03-02", location_id=house.location)
    assert (empty["attendee_count"], empty["capacity"], empty["status"], empty["client_name"]) == (
        0,
        3,
        "scheduled",
        None,
    )
    seat = circle.run(add_attendee, appointment_id=group, client_id=house.ada)
    circle.run(
        cancel_appointment, reason="ill", appointment_id=group, attendee_id=seat["attendee_id"], cancelled_by="client"
    )
    assert circle.visit(group)["status"] == "scheduled"
    assert circle.held(group) == [house.moss, "room-1"]
    booked = circle.run(book_appointment, client_id=house.ben, wall_start=MONDAY, **circle.place)
    assert booked["appointment_id"] == group  # booking that time is joining it


def test_a_group_that_booking_made_ends_with_its_last_client(circle, house):
    booked = circle.run(book_appointment, client_id=house.ada, wall_start=MONDAY, **circle.place)
    circle.run(
        cancel_appointment,
        reason="ill",
        appointment_id=booked["appointment_id"],
        attendee_id=booked["attendee_id"],
        cancelled_by="client",
    )
    assert circle.visit(booked["appointment_id"])["status"] == "cancelled"
    assert circle.held(booked["appointment_id"]) == []


def test_a_client_who_was_cancelled_by_mistake_is_back_in_a_group_that_stood_on(circle, house):
    group = circle.opens(MONDAY, capacity=2)
    seat = circle.run(add_attendee, appointment_id=group, client_id=house.ada)
    gone = {"appointment_id": group, "attendee_id": seat["attendee_id"], "cancelled_by": "client"}
    circle.run(cancel_appointment, reason="ill", **gone)
    circle.run(restore_appointment, appointment_id=group)
    assert circle.seated(group) == {house.ada: "scheduled"}
    assert circle.held(group) == sorted([house.ada, house.moss])
    circle.run(cancel_appointment, reason="ill", **gone)
    for client in (house.ben, house.dan):
        circle.run(add_attendee, appointment_id=group, client_id=client)
    circle.refused("group_full", restore_appointment, appointment_id=group)


@pytest.mark.parametrize("clients", [0, 1])
def test_a_group_is_cancelled_as_a_whole_and_gives_its_places_back(circle, house, clients):
    group = circle.opens(MONDAY)
    for client in [house.ada, house.ben][:clients]:
        circle.run(add_attendee, appointment_id=group, client_id=client)
    circle.refused("reason_required", close_group, appointment_id=group, cancelled_by="practice")
    circle.run(close_group, reason="Too few", appointment_id=group, cancelled_by="practice")
    assert circle.visit(group)["status"] == "cancelled"
    assert circle.held(group) == []
    assert circle.visit(group)["events"][-1]["kind"] == "cancelled"


def test_an_empty_group_moves_and_is_still_open_there(circle, record, desk, house):
    group = circle.opens(MONDAY, capacity=4)
    moved = circle.run(move_appointment, appointment_id=group, wall_start=TUESDAY, moved_by="practice", code="weather")
    assert circle.visit(group)["status"] == "rescheduled"
    successor = circle.visit(moved["appointment_id"])
    assert (successor["status"], successor["capacity"], successor["is_standing"]) == ("scheduled", 4, True)
    circle.run(add_attendee, appointment_id=moved["appointment_id"], client_id=house.ada)
    with record.read() as reader:
        assert queries.empty_groups(reader, desk, "2026-03-01", "2026-03-09") == []


def test_what_is_no_group_cannot_be_opened_and_one_time_has_one_group(circle, house):
    assert "is no group" in circle.refused(
        "not_a_group", open_group, wall_start=MONDAY, **circle.place | {"service_id": house.visit}
    )
    circle.opens(MONDAY)
    circle.refused("group_stands", open_group, wall_start=MONDAY, **circle.place)
    circle.refused("provider_taken", open_group, wall_start="2026-03-02T11:30", **circle.place)
    circle.refused("outside_hours", open_group, wall_start="2026-03-02T20:00", **circle.place)


def test_places_of_one_occurrence_change_and_evict_nobody(circle, house):
    group = circle.opens(MONDAY, capacity=3)
    for client in (house.ada, house.ben, house.cora):
        circle.run(add_attendee, appointment_id=group, client_id=client)
    assert "is full" in circle.refused("group_full", add_attendee, appointment_id=group, client_id=house.dan)
    assert "move somebody first" in circle.refused("over_capacity", change_capacity, appointment_id=group, capacity=2)
    assert circle.run(change_capacity, appointment_id=group, capacity=4)["seats_left"] == 1
    circle.run(add_attendee, appointment_id=group, client_id=house.dan)
    assert len(circle.seated(group)) == 4
    changed = next(event for event in circle.visit(group)["events"] if event["kind"] == "changed")
    assert changed["details"] == {"before": {"capacity": 3}, "after": {"capacity": 4}}


def test_one_client_moves_to_another_occurrence_and_the_others_stay(circle, house):
    today, tomorrow = circle.opens(MONDAY), circle.opens(TUESDAY)
    seats = {
        client: circle.run(add_attendee, appointment_id=today, client_id=client) for client in (house.ada, house.ben)
    }
    moved = circle.run(
        move_attendee,
        attendee_id=seats[house.ada]["attendee_id"],
        to_appointment_id=tomorrow,
        moved_by="client",
        code="transport",
    )
    assert moved["is_late"] is True  # two hours before, where a day's notice is asked for
    assert circle.seated(today) == {house.ada: "rescheduled", house.ben: "scheduled"}
    assert circle.seated(tomorrow) == {house.ada: "scheduled"}
    old = next(row for row in circle.visit(today)["attendees"] if row["client_id"] == house.ada)
    new = circle.visit(tomorrow)["attendees"][0]
    assert new["first_booked_at"] == old["first_booked_at"]
    assert house.ada not in circle.held(today)
    assert house.ada in circle.held(tomorrow)
    circle.refused(
        "no_change", move_attendee, attendee_id=moved["attendee_id"], to_appointment_id=tomorrow, code="other"
    )


def test_statuses_in_a_group_are_their_own(circle, house, clock):
    group = circle.opens(MONDAY)
    ids = {
        client: circle.run(add_attendee, appointment_id=group, client_id=client)["attendee_id"]
        for client in (house.ada, house.ben, house.dan)
    }
    circle.run(
        cancel_appointment, reason="ill", appointment_id=group, attendee_id=ids[house.dan], cancelled_by="client"
    )
    clock.to("2026-03-02T16:10")
    circle.run(record_arrival, attendee_id=ids[house.ada])
    circle.run(complete_visit, attendee_id=ids[house.ada])
    circle.run(record_no_show, attendee_id=ids[house.ben])
    assert circle.seated(group) == {house.ada: "completed", house.ben: "no_show", house.dan: "cancelled"}
    assert circle.visit(group)["status"] == "completed"


# Couples and families -------------------------------------------------------------------------------------------------


@pytest.fixture
def couple(circle, record, house):
    """A service for two who are charged once; `couple.book(*clients)`."""
    service = record.run(
        add_service, SYSTEM, name="Couple", duration_minutes=80, fee_minor=180_00, capacity=2,
        billing_unit="appointment",
    )["service_id"]  # fmt: skip
    record.run(assign_service, SYSTEM, provider_id=house.moss, service_id=service)
    place = circle.place | {"service_id": service}

    def book(*clients, identified=None, when=MONDAY):
        return circle.run(
            book_together, client_ids=list(clients), identified_client_id=identified, wall_start=when, **place
        )

    return SimpleNamespace(book=book, service=service, place=place)


def test_a_couple_is_booked_at_once_with_one_of_them_identified(circle, couple, house):
    booked = couple.book(house.ada, house.ben, identified=house.ben)
    rows = {row["client_id"]: row for row in circle.visit(booked["appointment_id"])["attendees"]}
    assert {key: row["is_identified"] for key, row in rows.items()} == {house.ada: False, house.ben: True}
    assert {row["billing_unit"] for row in rows.values()} == {"appointment"}
    assert circle.held(booked["appointment_id"]) == sorted([house.ada, house.ben, house.moss])


def test_all_of_them_are_booked_or_none(circle, couple, record, desk, house):
    circle.run(book_appointment, client_id=house.ben, wall_start=MONDAY, **circle.place | {"provider_id": house.reed})
    sentence = circle.refused(
        "client_taken", book_together, client_ids=[house.ada, house.ben], wall_start=MONDAY, **couple.place
    )
    assert sentence.startswith("Ben Alder is already booked")
    with record.read() as reader:
        assert [row["client_id"] for row in queries.day(reader, desk, "2026-03-02")] == [house.ben]


def test_nobody_joins_a_couple_by_booking_their_time(circle, couple, house, record, desk):
    couple.book(house.ada)
    circle.refused("provider_taken", book_appointment, client_id=house.dan, wall_start=MONDAY, **couple.place)
    with record.read() as reader:
        offered = queries.offered_slots(reader, desk, couple.service, house.location, first="2026-03-02", limit=400)
    assert {row["appointment_id"] for row in offered} == {None}


def test_a_couple_is_charged_once_on_the_identified_client(circle, couple, record, biller, house, clock):
    booked = couple.book(house.ada, house.ben)
    ada, ben = booked["attendee_ids"]
    clock.to("2026-03-02T18:00")
    with pytest.raises(Refusal) as answer:
        record.run(charge_visit, biller, attendee_id=ben)
    assert answer.value.rule == "not_identified"
    assert "Ada Birch" in str(answer.value)
    circle.run(record_no_show, attendee_id=ada)
    with pytest.raises(Refusal, match="record what became of each"):
        record.run(charge_visit, biller, attendee_id=ada)
    circle.run(complete_visit, attendee_id=ben)  # one came: the session took place
    with record.read() as reader:
        assert [row["attendee_id"] for row in to_charge(reader, biller)] == [ada]
        assert missed_to_charge(reader, biller) == []
    charged = record.run(charge_visit, biller, attendee_id=ada)
    with record.read() as reader:
        charge = reader.get("charges", charged["charge_id"], "charge")
        assert (charge["client_id"], charge["amount_minor"], charge["kind"]) == (house.ada, 180_00, "service")
        assert to_charge(reader, biller) == missed_to_charge(reader, biller) == []
    for attendee_id, rule in ((ada, "charged"), (ben, "not_identified")):
        with pytest.raises(Refusal) as answer:
            record.run(charge_visit, biller, attendee_id=attendee_id)
        assert answer.value.rule == rule
    assert all(row["is_charged"] for row in circle.visit(booked["appointment_id"])["attendees"])
    # A charged visit is frozen for all who were in it.
    circle.refused("charged", identify_attendee, attendee_id=ben)
    with pytest.raises(Refusal) as answer:
        circle.run(correct_attendance, reason="slip", attendee_id=ben, status="no_show")
    assert answer.value.rule == "charged"


def test_the_account_is_another_ones_after_a_word(circle, couple, house):
    booked = couple.book(house.ada, house.ben)
    circle.run(identify_attendee, attendee_id=booked["attendee_ids"][1])
    rows = circle.visit(booked["appointment_id"])["attendees"]
    assert [row["client_id"] for row in rows if row["is_identified"]] == [house.ben]
    moved = circle.run(
        move_appointment, appointment_id=booked["appointment_id"], wall_start=TUESDAY, moved_by="client", code="weather"
    )
    rows = circle.visit(moved["appointment_id"])["attendees"]
    assert [row["client_id"] for row in rows if row["is_identified"]] == [house.ben]


def test_a_couple_is_at_least_two(record, house):
    with pytest.raises(Refusal, match="at least two clients"):
        record.run(change_service, SYSTEM, service_id=house.visit, billing_unit="appointment")


# Whatever is tried ----------------------------------------------------------------------------------------------------

CLIENTS, GROUPS = 6, 3
steps = st.one_of(
    st.tuples(st.sampled_from(["add", "book", "leave", "arrive", "no_show", "complete"]),
              st.integers(0, GROUPS - 1), st.integers(0, CLIENTS - 1)),
    st.tuples(st.just("move"), st.integers(0, GROUPS - 1), st.integers(0, CLIENTS - 1), st.integers(0, GROUPS - 1)),
    st.tuples(st.just("capacity"), st.integers(0, GROUPS - 1), st.integers(1, 4)),
)  # fmt: skip


@pytest.fixture
def evening(record, house, clock, desk):
    """Three groups of today with two places each, and six clients."""
    clients = [house.ada, house.ben, house.cora, house.dan]
    clients += [
        record.run(add_client, SYSTEM, given_name=name, family_name="Gray", location_id=house.location)["client_id"]
        for name in ("Eva", "Finn")
    ]
    hours = ["2026-03-02T10:00", "2026-03-02T11:00", "2026-03-02T12:00"]
    place = {"provider_id": house.moss, "service_id": house.group, "location_id": house.location}
    groups = [record.run(open_group, desk, wall_start=hour, capacity=2, **place)["appointment_id"] for hour in hours]
    clock.to("2026-03-02T18:00")
    return SimpleNamespace(record=record, desk=desk, clients=clients, groups=groups, hours=hours, place=place)


@settings(max_examples=6)
@given(st.lists(steps, min_size=10, max_size=16))
def test_no_path_exceeds_a_groups_places_and_statuses_stay_independent(evening, tried):
    for step in tried:
        before = _statuses(evening)
        try:
            touched = _do(evening, step)
        except Refusal:
            assert _statuses(evening) == before
            continue
        after = _statuses(evening)
        assert {key for key in after if after[key] != before.get(key)} <= touched
        _check(evening)


def _rows(evening):
    """Every seat there has ever been in the groups, in the order of booking."""
    with evening.record.read() as reader:
        return reader.rows(
            "select t.attendee_id, t.client_id, t.status, a.appointment_id, a.capacity, a.status as visit_status"
            " from appointments a left join attendees t using (appointment_id) order by t.booked_at, t.attendee_id"
        )


def _statuses(evening):
    return {row["attendee_id"]: row["status"] for row in _rows(evening)}


def _do(evening, step):
    """Do it; answers whose status it may have changed."""
    kind, group, *rest = step
    key = evening.groups[group]
    run = evening.record.run
    if kind == "capacity":
        run(change_capacity, evening.desk, appointment_id=key, capacity=rest[0])
        return set()
    client = evening.clients[rest[0]]
    if kind == "add":
        return {run(add_attendee, evening.desk, reason="late", appointment_id=key, client_id=client)["attendee_id"]}
    if kind == "book":
        wish = {"client_id": client, "wall_start": evening.hours[group], **evening.place}
        return {run(book_appointment, evening.desk, reason="late", **wish)["attendee_id"]}
    mine = [row for row in _rows(evening) if (row["appointment_id"], row["client_id"]) == (key, client)]
    here = [row["attendee_id"] for row in mine]
    if not here:
        return set()
    who = here[-1]
    if kind == "move":
        to = evening.groups[rest[1]]
        moved = run(move_attendee, evening.desk, reason="late", attendee_id=who, to_appointment_id=to)
        return {who, moved["attendee_id"]}
    if kind == "leave":
        run(cancel_appointment, evening.desk, reason="ill", appointment_id=key, attendee_id=who, cancelled_by="client")
    else:
        command = {"arrive": record_arrival, "no_show": record_no_show, "complete": complete_visit}[kind]
        run(command, evening.desk, attendee_id=who)
    return {who}


def _check(evening):
    rows = _rows(evening)
    for key in evening.groups:
        seats = [row for row in rows if row["appointment_id"] == key]
        here = [row["client_id"] for row in seats if row["attendee_id"] and row["status"] not in GONE]
        assert len(here) <= seats[0]["capacity"]
        assert len(set(here)) == len(here)
        statuses = [row["status"] for row in seats if row["attendee_id"]]
        assert seats[0]["visit_status"] == status_of(statuses, is_standing=True)
