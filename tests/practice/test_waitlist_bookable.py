"""Nobody is offered what could not be booked; what cannot be booked any more is told truly and kept as an outcome."""

from __future__ import annotations

from datetime import timedelta

import pytest

from practice.access.permissions import ONLINE, SYSTEM
from practice.errors import Conflict, Refusal
from practice.messages.settings import set_messages
from practice.people.commands import add_location, change_client
from practice.scheduling.booking import book_appointment
from practice.scheduling.booking_rules import set_booking_rule, set_travel_time
from practice.scheduling.commands import cancel_appointment
from practice.scheduling.groups import open_group
from practice.scheduling.holds import release_hold
from practice.scheduling.hours import set_weekly_hours
from practice.waitlist.answers import answer_offer
from practice.waitlist.beat import beat
from practice.waitlist.entries import add_waitlist_entry
from practice.waitlist.openings import freed_places
from practice.waitlist.reading import offer_behind, waiting_for_place
from practice.waitlist.rounds import open_round
from practice.waitlist.rules import set_waitlist_rules
from tests.practice.waitlist_links import links_of

TEN = "2026-03-03T10:00"  # Tuesday


@pytest.fixture(autouse=True)
def reachable(record, house):
    record.run(set_messages, SYSTEM, is_on=True, public_url="https://elm.example")
    for key in ("ada", "ben", "dan"):
        record.run(change_client, SYSTEM, client_id=f"client-{key}", email=f"{key}@birch.example")


@pytest.fixture
def book(record, desk, house):
    def book_(client, wall=TEN, **changes):
        wish = {
            "client_id": client, "provider_id": house.moss, "service_id": house.visit, "location_id": house.location,
            "wall_start": wall,
        } | changes  # fmt: skip
        return record.run(book_appointment, desk, **wish)["appointment_id"]

    return book_


@pytest.fixture
def freed(record, desk, book, house):
    """Tuesday at ten, which Cora had and gave up."""
    return leave(record, desk, book(house.cora))


def leave(record, desk, appointment_id, **who):
    record.run(cancel_appointment, desk, reason="ill", appointment_id=appointment_id, cancelled_by="client", **who)
    return appointment_id


def wait(record, desk, client, service, **wish):
    return record.run(add_waitlist_entry, desk, client_id=client, service_id=service, **wish)["waitlist_entry_id"]


def rule(record, name, value, scope="practice", scope_id=None):
    record.run(
        set_booking_rule, SYSTEM, rule=name, value=value, effective_from="2026-03-02", scope=scope, scope_id=scope_id
    )


def rows(record, sql, *values):
    with record.read() as reader:
        return reader.rows(sql, *values)


def fitting(record, desk):
    """Whom the only free place fits."""
    with record.read() as reader:
        (place,) = freed_places(reader, desk)
    return {one.entry.client_id for one in place["fitting"]}


# --- whom a place is offered to ---------------------------------------------------------------------------------------


def test_a_rule_of_booking_keeps_a_place_from_those_whom_it_would_refuse(record, desk, house, freed):
    wait(record, desk, house.ada, house.visit)
    cora = wait(record, desk, house.cora, house.intake)
    assert fitting(record, desk) == {house.ada, house.cora}
    rule(record, "notice_minutes", 3 * 24 * 60, "service", house.intake)
    assert fitting(record, desk) == {house.ada}
    with pytest.raises(Refusal, match="Cora Birch would be booked later than a rule of booking allows; leave them out"):
        record.run(open_round, desk, freed_appointment_id=freed, entry_ids=[cora])
    rule(record, "client_daily_limit", 0, "client", house.ada)
    assert fitting(record, desk) == set()


def test_a_later_visit_counts_where_it_is_moved_from(record, desk, house, freed, book):
    """One visit a day: whoever has another that day stays out, unless it is the one that would move."""
    rule(record, "client_daily_limit", 1)
    later = book(house.ada, "2026-03-03T15:00")
    book(house.ben, "2026-03-03T13:00")
    wait(record, desk, house.ada, house.visit, fallback_appointment_id=later)
    wait(record, desk, house.ben, house.visit)
    assert fitting(record, desk) == {house.ada}


def test_who_is_expected_elsewhere_too_soon_is_not_offered_here(record, desk, house, freed, book):
    wait(record, desk, house.ada, house.intake)  # ninety minutes
    wait(record, desk, house.ben, house.visit)
    mill = record.run(add_location, SYSTEM, name="Mill Pond", zone="America/New_York")["location_id"]
    record.run(set_travel_time, SYSTEM, from_location_id=house.location, to_location_id=mill, minutes=30)
    record.run(
        set_weekly_hours, SYSTEM, provider_id=house.moss, location_id=house.location, effective_from="2026-03-03",
        hours=[{"weekday": 2, "start": "09:00", "end": "11:30"}],
    )  # fmt: skip
    record.run(
        set_weekly_hours, SYSTEM, provider_id=house.moss, location_id=mill, effective_from="2026-03-03",
        hours=[{"weekday": 2, "start": "11:30", "end": "13:00"}],
    )  # fmt: skip
    book(house.dan, "2026-03-03T11:30", service_id=house.group, location_id=mill)
    assert fitting(record, desk) == {house.ben}


# --- seats in groups --------------------------------------------------------------------------------------------------


@pytest.fixture
def full_group(record, desk, house):
    """Two seats on Tuesday at two: Ada's and Dan's."""
    where = {
        "provider_id": house.moss, "service_id": house.group, "location_id": house.location,
        "wall_start": "2026-03-03T14:00",
    }  # fmt: skip
    group = record.run(open_group, desk, capacity=2, **where)["appointment_id"]
    for client in (house.ada, house.dan):
        record.run(book_appointment, desk, client_id=client, **where)
    return group


def seat_of(record, group, client):
    found = "select attendee_id from attendees where appointment_id = ? and client_id = ? and status = 'scheduled'"
    return rows(record, found, group, client)[0]["attendee_id"]


def test_a_seat_that_somebody_leaves_is_offered_and_taken_in_the_group_that_stands(record, desk, house, full_group):
    wait(record, desk, house.ben, house.group)
    with record.read() as reader:
        assert freed_places(reader, desk) == []
    leave(record, desk, full_group, attendee_id=seat_of(record, full_group, house.dan))
    with record.read() as reader:
        (seat,) = freed_places(reader, desk)
        assert waiting_for_place(reader, desk, full_group) == 1
    assert (seat["appointment_id"], seat["seats_left"], seat["freed_by"]) == (full_group, 1, "client")
    record.run(open_round, desk, freed_appointment_id=full_group)
    with pytest.raises(Conflict, match="no seat left"):  # it is kept for Ben
        record.run(
            book_appointment, desk, client_id=house.cora, provider_id=house.moss, service_id=house.group,
            location_id=house.location, wall_start="2026-03-03T14:00",
        )  # fmt: skip
    with pytest.raises(Conflict, match="offered already"):
        record.run(open_round, desk, freed_appointment_id=full_group)
    taken = record.run(answer_offer, ONLINE, token_hash=links_of(record)[house.ben], answer="accept")
    assert taken["appointment_id"] == full_group
    assert seat_of(record, full_group, house.ben)


def test_seats_offer_themselves_one_after_the_other_and_not_again_to_those_who_said_no(
    record, desk, house, full_group, clock
):
    record.run(set_waitlist_rules, SYSTEM, mode="automatic")
    for client in (house.ben, house.cora):
        wait(record, desk, client, house.group)
    record.run(change_client, SYSTEM, client_id=house.cora, email="cora@birch.example")
    for client in (house.ada, house.dan):
        leave(record, desk, full_group, attendee_id=seat_of(record, full_group, client))
    clock.forward(minutes=3)
    assert len(beat(record)["opened"]) == 1
    record.run(answer_offer, ONLINE, token_hash=links_of(record)[house.ben], answer="accept")
    assert len(beat(record)["opened"]) == 1  # the second seat
    record.run(answer_offer, ONLINE, token_hash=links_of(record)[house.cora], answer="decline")
    assert beat(record) is None


# --- what becomes of an acceptance that booking refuses ----------------------------------------------------------------


def accept(record, client):
    return record.run(answer_offer, ONLINE, token_hash=links_of(record)[client], answer="accept")


def said(record, client):
    """What the page behind the client's link says."""
    with record.read() as reader:
        return offer_behind(reader, links_of(record)[client])


def test_a_place_that_somebody_has_is_taken_and_everybody_hears_that_it_is_gone(record, desk, house, freed, book):
    for client in (house.ada, house.dan):
        wait(record, desk, client, house.visit)
    record.run(open_round, desk, freed_appointment_id=freed, batch_size=2)
    hold = rows(record, "select hold_id from offer_rounds")[0]["hold_id"]
    record.run(release_hold, desk, hold_id=hold, held_by="waitlist")
    book(house.ben)
    answer = accept(record, house.ada)
    assert (answer["status"], answer["appointment_id"]) == ("lost", None)
    assert answer["sentence"].startswith("This time has been taken meanwhile; you keep your place on the waitlist")
    with pytest.raises(Conflict, match="taken meanwhile"):  # pressed once more
        accept(record, house.ada)
    with pytest.raises(Conflict, match="not offered any more"):
        accept(record, house.dan)
    outcomes = rows(record, "select status, refused_rule from offers order by rank")
    assert outcomes == [
        {"status": "lost", "refused_rule": "provider_taken"},
        {"status": "lost", "refused_rule": None},
    ]
    assert rows(record, "select status from offer_rounds") == [{"status": "closed"}]
    assert {row["status"] for row in rows(record, "select status from waitlist_entries")} == {"waiting"}


def test_a_rule_is_told_as_what_it_is_and_the_next_is_asked(record, desk, house, freed, book):
    later = book(house.ada, "2026-03-12T14:00")
    wait(record, desk, house.ada, house.visit, urgency=3, fallback_appointment_id=later)
    wait(record, desk, house.ben, house.visit)
    record.run(open_round, desk, freed_appointment_id=freed)
    book(house.cora, "2026-03-03T15:00")
    rule(record, "daily_limit", 1, "provider", house.moss)
    answer = accept(record, house.ada)
    assert answer["status"] == "withdrawn"
    assert "that day is full by now" in answer["sentence"]
    assert "quicker" not in said(record, house.ada)["sentence"]
    assert said(record, house.ada)["sentence"] == answer["sentence"]
    assert rows(record, "select status, refused_rule from offers order by rank") == [
        {"status": "withdrawn", "refused_rule": "daily_limit"},
        {"status": "sent", "refused_rule": None},
    ]
    visit = rows(record, "select status from appointments where appointment_id = ?", later)
    assert visit == [{"status": "scheduled"}]  # nothing of the move has stayed


def test_what_is_said_to_staff_is_not_said_to_a_client(record, desk, house, freed):
    wait(record, desk, house.ada, house.visit)
    record.run(open_round, desk, freed_appointment_id=freed)
    record.run(change_client, SYSTEM, client_id=house.ada, is_active=False)
    answer = accept(record, house.ada)
    assert "please call us" in answer["sentence"]
    assert "archived" not in answer["sentence"]
    assert rows(record, "select refused_rule from offers") == [{"refused_rule": "client_inactive"}]


def test_the_limit_of_the_clients_own_day_leaves_the_offer_standing(record, desk, house, freed, book, clock):
    wait(record, desk, house.ada, house.visit)
    record.run(open_round, desk, freed_appointment_id=freed)
    book(house.ada, "2026-03-03T15:00", provider_id=house.reed)
    rule(record, "client_daily_limit", 1)
    clock.instant += timedelta(minutes=1)
    with pytest.raises(Conflict, match="as many visits on that day as can be booked"):
        accept(record, house.ada)
    assert rows(record, "select status from offers") == [{"status": "sent"}]
