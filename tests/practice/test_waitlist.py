"""The waitlist as the desk and the clients live it: wishes, freed places, rounds, answers, and the chain they make."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest

from practice.access.permissions import ONLINE, SYSTEM
from practice.errors import Conflict, NotFound, NotPermitted, Refusal
from practice.messages.settings import set_messages
from practice.people.commands import change_client
from practice.scheduling.booking import book_appointment
from practice.scheduling.commands import cancel_appointment
from practice.scheduling.hours import add_time_off
from practice.scheduling.moving import move_appointment
from practice.waitlist.answers import answer_offer, record_offer_answer
from practice.waitlist.beat import beat
from practice.waitlist.entries import add_waitlist_entry, change_waitlist_entry, withdraw_waitlist_entry
from practice.waitlist.openings import freed_places
from practice.waitlist.reading import offer_behind, rounds_seen, waiting_for_place
from practice.waitlist.rounds import close_round, open_round
from practice.waitlist.rules import set_waitlist_rules
from tests.practice.waitlist_links import links_of

TEN = "2026-03-03T10:00"  # Tuesday


@pytest.fixture
def reachable(record, house):
    """Messages are on, and Ada, Ben and Dan have an e-mail address; Cora has none."""
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
def wait(record, desk, house):
    def wait_(client, service=None, **wish):
        answer = record.run(add_waitlist_entry, desk, client_id=client, service_id=service or house.visit, **wish)
        return answer["waitlist_entry_id"]

    return wait_


@pytest.fixture
def freed(record, desk, book, house):
    """Tuesday at ten, which Cora had and gave up."""
    appointment_id = book(house.cora)
    record.run(cancel_appointment, desk, reason="ill", appointment_id=appointment_id, cancelled_by="client")
    return appointment_id


def rows(record, sql, *values):
    with record.read() as reader:
        return reader.rows(sql, *values)


def status(record, table, key):
    with record.read() as reader:
        return reader.get(table, key, "row")["status"]


def offers(record):
    return {
        row["client_id"]: row["status"] for row in rows(record, "select * from offers order by offer_round_id, rank")
    }


def say(record, link, answer="accept"):
    return record.run(answer_offer, ONLINE, token_hash=link, answer=answer)


# --- wishes ----------------------------------------------------------------------------------------------------------


def test_somebody_waits_once_for_a_service(record, desk, house, wait):
    wait(house.ada)
    with pytest.raises(Conflict, match="waits for Follow-up already"):
        wait(house.ada)
    wait(house.ada, service=house.intake)


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"windows": [{"weekday": 8, "start": "09:00", "end": "10:00"}]}, "weekday"),
        ({"windows": [{"weekday": 1, "start": "10:00", "end": "09:00"}]}, "holds no time"),
        ({"windows": [{"weekday": 1, "start": "ten", "end": "11:00"}]}, "written like 09:00"),
        ({"expires_date": "2026-03-01"}, "choose a later one"),
        ({"earliest_date": "2026-04-01", "expires_date": "2026-03-31"}, "choose a later one"),
        ({"urgency": 4}, "1 to 3"),
        ({"notice_minutes": -1}, "notice"),
        ({"provider_ids": ["nobody"]}, "does not exist"),
        ({"location_ids": ["nowhere"]}, "does not exist"),
        ({"fallback_appointment_id": "nothing"}, "does not exist"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_in_a_sentence(record, house, wait, wish, sentence):
    with pytest.raises(Refusal, match=sentence):
        wait(house.ada, **wish)
    assert rows(record, "select * from waitlist_entries") == []


def test_only_a_coming_visit_of_the_client_and_the_service_is_a_fallback(house, wait, book):
    with pytest.raises(Refusal, match="not a coming visit of this client"):
        wait(house.ada, fallback_appointment_id=book(house.ben))
    with pytest.raises(Refusal, match="another service"):
        wait(house.ada, service=house.intake, fallback_appointment_id=book(house.ada, "2026-03-04T10:00"))


def test_a_wish_is_changed_and_withdrawn(record, desk, house, wait):
    entry_id = wait(house.ada, urgency=1)
    record.run(change_waitlist_entry, desk, waitlist_entry_id=entry_id, urgency=3, provider_ids=[house.moss])
    found = rows(record, "select urgency, provider_ids from waitlist_entries")[0]
    assert found == {"urgency": 3, "provider_ids": json.dumps([house.moss])}
    record.run(withdraw_waitlist_entry, desk, waitlist_entry_id=entry_id)
    with pytest.raises(Conflict, match="was withdrawn"):
        record.run(change_waitlist_entry, desk, waitlist_entry_id=entry_id, urgency=1)
    wait(house.ada)  # and waits anew


def test_only_who_books_manages_the_waitlist(record, house, as_role):
    for role in ("provider", "biller", "analyst"):
        with pytest.raises(NotPermitted):
            record.run(add_waitlist_entry, as_role(role), client_id=house.ada, service_id=house.visit)


def test_an_entry_drops_off_after_its_last_day_and_on_the_day_of_the_later_visit(record, clock, house, wait, book):
    over = wait(house.ada, expires_date="2026-03-03")
    kept = wait(house.ben, fallback_appointment_id=book(house.ben, "2026-03-05T10:00"))
    clock.to("2026-03-04T04:59")  # still Tuesday in New York
    assert beat(record) is None
    clock.to("2026-03-04T05:01")
    assert beat(record)["expired_entries"] == 1
    assert (status(record, "waitlist_entries", over), status(record, "waitlist_entries", kept)) == (
        "expired",
        "waiting",
    )
    clock.to("2026-03-05T05:01")
    beat(record)
    assert status(record, "waitlist_entries", kept) == "expired"


def test_the_later_visit_is_followed_where_it_goes(record, desk, house, wait, book):
    visit = book(house.ada, "2026-03-12T10:00")
    wait(house.ada, fallback_appointment_id=visit)
    moved = record.run(
        move_appointment, desk, appointment_id=visit, wall_start="2026-03-13T10:00", moved_by="client", code="other"
    )["appointment_id"]
    assert rows(record, "select fallback_appointment_id as id, status from waitlist_entries") == [
        {"id": moved, "status": "waiting"}
    ]
    record.run(cancel_appointment, desk, reason="away", appointment_id=moved, cancelled_by="client")
    assert rows(record, "select fallback_appointment_id as id, status from waitlist_entries") == [
        {"id": None, "status": "waiting"}
    ]


# --- what came free --------------------------------------------------------------------------------------------------


def seen(record, actor):
    with record.read() as reader:
        return freed_places(reader, actor)


def test_a_cancelled_and_a_moved_visit_leave_a_place_until_somebody_takes_it(record, desk, house, book, freed, clock):
    moved = book(house.ben, "2026-03-03T14:00")
    record.run(
        move_appointment, desk, appointment_id=moved, wall_start="2026-03-05T14:00", moved_by="practice", code="other"
    )
    assert [(row["appointment_id"], row["freed_by"]) for row in seen(record, desk)] == [
        (freed, "client"), (moved, "practice"),
    ]  # fmt: skip
    book(house.dan)
    assert [row["appointment_id"] for row in seen(record, desk)] == [moved]
    clock.to("2026-03-03T19:00")
    assert seen(record, desk) == []


def test_a_place_in_time_off_is_not_free(record, desk, house, freed):
    record.run(
        add_time_off,
        SYSTEM,
        provider_id=house.moss,
        start_date="2026-03-03",
        end_date="2026-03-03",
        reason="conference",
    )
    assert seen(record, desk) == []


def test_who_fits_is_judged_by_all_that_booking_would_ask(record, desk, house, wait, freed, book):
    fits = wait(house.ada, windows=[{"weekday": 2, "start": "09:00", "end": "12:00"}])
    wait(house.ben, windows=[{"weekday": 3, "start": "09:00", "end": "12:00"}])
    wait(house.dan)
    book(house.dan, "2026-03-03T10:30", provider_id=house.reed)  # Dan sits elsewhere then
    wait(house.cora, service=house.intake)  # ninety minutes fit while the hour after is free
    place = seen(record, desk)[0]
    assert place["fitting"][0].entry.entry_id == fits
    assert {one.entry.client_id for one in place["fitting"]} == {house.ada, house.cora}
    book(house.ben, "2026-03-03T11:00")
    assert {one.entry.client_id for one in seen(record, desk)[0]["fitting"]} == {house.ada}


def test_cancelling_says_how_many_wait_for_that_place(record, desk, house, wait, freed):
    with record.read() as reader:
        assert waiting_for_place(reader, desk, freed) == 0
    wait(house.ada)
    wait(house.ben)
    with record.read() as reader:
        assert waiting_for_place(reader, desk, freed) == 2


# --- rounds ----------------------------------------------------------------------------------------------------------


def test_one_is_asked_at_a_time_and_the_next_when_the_first_says_no_or_nothing(
    record, desk, house, reachable, wait, freed, clock
):
    wait(house.ada, urgency=3)
    wait(house.ben, urgency=2)
    wait(house.dan)
    opened = record.run(open_round, desk, freed_appointment_id=freed)
    assert (opened["asked"], opened["planned"]) == (1, 2)
    assert offers(record) == {house.ada: "sent", house.ben: "planned", house.dan: "planned"}
    say(record, links_of(record)[house.ada], "decline")
    assert offers(record) == {house.ada: "declined", house.ben: "sent", house.dan: "planned"}
    clock.forward(minutes=29)
    assert beat(record) is None
    clock.forward(minutes=1)
    beat(record)
    assert offers(record) == {house.ada: "declined", house.ben: "expired", house.dan: "sent"}
    clock.forward(minutes=31)
    beat(record)
    assert offers(record)[house.dan] == "expired"
    assert status(record, "offer_rounds", opened["offer_round_id"]) == "exhausted"
    assert rows(record, "select outcome from holds") == [{"outcome": "released"}]
    assert beat(record) is None  # nothing is left to do, so nothing is written
    assert {row["status"] for row in rows(record, "select status from waitlist_entries")} == {"waiting"}


def test_while_a_round_is_open_nobody_else_gets_the_place(record, desk, house, reachable, wait, freed, book):
    wait(house.ada)
    record.run(open_round, desk, freed_appointment_id=freed)
    with pytest.raises(Conflict):
        book(house.dan)
    with pytest.raises(Conflict, match="offered already"):
        record.run(open_round, desk, freed_appointment_id=freed)


def test_closing_a_round_frees_the_place_and_tells_whoever_was_asked(record, desk, house, reachable, wait, freed, book):
    wait(house.ada)
    round_id = record.run(open_round, desk, freed_appointment_id=freed)["offer_round_id"]
    sent(record)
    record.run(close_round, desk, offer_round_id=round_id)
    assert offers(record) == {house.ada: "lost"}
    assert [row["kind"] for row in rows(record, "select kind from messages where status = 'queued'")] == ["offer_lost"]
    book(house.dan)
    with pytest.raises(Conflict, match="not offered any more; you keep your place on the waitlist"):
        say(record, links_of(record)[house.ada])


def sent(record):
    """What waits in the outbox has left."""
    from practice.access.permissions import Permission
    from practice.store.record import Command

    def leave(work):
        for row in work.rows("select message_id from messages where status = 'queued'"):
            work.update("messages", row["message_id"], status="sent", sent_at=work.now)

    record.run(Command("test_sent", Permission.OPERATE, leave), SYSTEM)


def test_whoever_no_message_reaches_is_left_to_the_desk_and_the_next_is_asked(
    record, desk, house, reachable, wait, freed
):
    wait(house.dan)
    wait(house.cora, urgency=3)  # no address
    record.run(change_client, SYSTEM, client_id=house.cora, phone=None)
    record.run(open_round, desk, freed_appointment_id=freed)
    assert offers(record) == {house.cora: "unreachable", house.dan: "sent"}
    called = rows(record, "select offer_id from offers where status = 'unreachable'")[0]["offer_id"]
    booked = record.run(record_offer_answer, desk, offer_id=called, answer="accept")
    assert booked["status"] == "accepted"
    assert offers(record) == {house.cora: "accepted", house.dan: "lost"}


def test_a_place_that_begins_too_soon_closes_its_round(record, desk, house, reachable, wait, freed, clock):
    wait(house.ada, notice_minutes=0)
    record.run(set_waitlist_rules, SYSTEM, mode="suggested", answer_minutes=2880)
    opened = record.run(open_round, desk, freed_appointment_id=freed)["offer_round_id"]
    assert rows(record, "select expires_at from offers") == [{"expires_at": datetime(2026, 3, 3, 15)}]
    clock.to("2026-03-03T15:00")
    beat(record)
    assert status(record, "offer_rounds", opened) in ("closed", "exhausted")
    assert offers(record) == {house.ada: "expired"}


def test_the_desk_chooses_whom_to_ask_and_in_which_order(record, desk, house, reachable, wait, freed):
    ada, ben, dan = wait(house.ada, urgency=3), wait(house.ben), wait(house.dan, notice_minutes=2 * 24 * 60)
    with pytest.raises(Refusal, match="Dan Ford needs more notice than is left"):
        record.run(open_round, desk, freed_appointment_id=freed, entry_ids=[dan])
    record.run(open_round, desk, freed_appointment_id=freed, entry_ids=[ben, ada], batch_size=2)
    assert offers(record) == {house.ben: "sent", house.ada: "sent"}


def test_nobody_fits(record, desk, freed):
    with pytest.raises(Refusal, match="Nobody on the waitlist fits"):
        record.run(open_round, desk, freed_appointment_id=freed)
    assert rows(record, "select * from holds") == []


def test_any_free_time_can_be_offered_by_hand(record, desk, house, reachable, wait):
    wait(house.ada)
    place = {
        "provider_id": house.moss, "service_id": house.visit, "location_id": house.location,
        "wall_start": "2026-03-04T09:00",
    }  # fmt: skip
    record.run(open_round, desk, **place)
    say(record, links_of(record)[house.ada])
    assert rows(record, "select channel, wall_start from appointments") == [
        {"channel": "waitlist", "wall_start": datetime(2026, 3, 4, 9)}
    ]


# --- answers ---------------------------------------------------------------------------------------------------------


def test_the_first_to_accept_gets_the_place_and_the_others_a_kind_sentence(record, desk, house, reachable, wait, freed):
    entry_id = wait(house.ada)
    wait(house.ben)
    wait(house.dan)
    opened = record.run(open_round, desk, freed_appointment_id=freed, batch_size=2)["offer_round_id"]
    links = links_of(record)
    sent(record)
    with pytest.raises(NotFound):
        say(record, "no such link")
    first = say(record, links[house.ben])
    assert say(record, links[house.ben]) == first  # a double click
    with pytest.raises(Conflict, match="a moment quicker; you keep your place on the waitlist") as refusal:
        say(record, links[house.ada])
    assert "Ben" not in str(refusal.value)
    assert offers(record) == {house.ada: "lost", house.ben: "accepted", house.dan: "withdrawn"}
    visit = rows(record, "select * from appointments where status = 'scheduled'")
    assert [(row["channel"], row["wall_start"]) for row in visit] == [("waitlist", datetime(2026, 3, 3, 10))]
    round_ = rows(record, "select status, hold_id, filled_appointment_id from offer_rounds")[0]
    assert round_["status"] == "filled"
    # The hold became the visit, in place.
    assert round_["hold_id"] == round_["filled_appointment_id"] == first["appointment_id"]
    assert rows(record, "select outcome from holds") == [{"outcome": "converted"}]
    assert status(record, "waitlist_entries", entry_id) == "waiting"
    kinds = {row["kind"]: row["client_id"] for row in rows(record, "select * from messages where status = 'queued'")}
    assert kinds == {"offer_accepted": house.ben, "offer_lost": house.ada}
    assert opened


def test_accepting_moves_the_later_visit_and_its_place_is_offered_next(
    record, desk, house, reachable, wait, freed, book, clock
):
    later = book(house.ada, "2026-03-12T14:00")
    wait(house.ada, urgency=3, fallback_appointment_id=later)
    wait(house.ben)
    record.run(set_waitlist_rules, SYSTEM, mode="automatic", answer_minutes=60)
    record.run(open_round, desk, freed_appointment_id=freed)
    clock.forward(minutes=1)
    taken = say(record, links_of(record)[house.ada])["appointment_id"]
    chain = rows(
        record,
        "select appointment_id, moved_from_id, status, channel from appointments where moved_from_id is not null",
    )
    assert chain == [{"appointment_id": taken, "moved_from_id": later, "status": "scheduled", "channel": "waitlist"}]
    attendee = rows(record, "select status, is_late from attendees where appointment_id = ?", later)[0]
    assert attendee == {"status": "rescheduled", "is_late": None}  # the practice offered: nobody is late by accepting
    assert beat(record) is None
    clock.forward(minutes=3)
    beat(record)
    second = rows(record, "select freed_appointment_id, status from offer_rounds order by opened_at")[-1]
    assert second == {"freed_appointment_id": later, "status": "open"}
    assert offers(record)[house.ben] == "sent"
    with record.read() as reader:
        first = next(row for row in rounds_seen(reader, desk) if row["status"] == "filled")
    assert first["gave_up"]["appointment_id"] == later
    assert first["next_round_id"] is not None


def test_a_later_visit_at_another_location_moves_over(record, desk, house, reachable, wait, freed, book):
    from practice.people.commands import add_location, add_room
    from practice.scheduling.hours import set_weekly_hours

    mill = record.run(add_location, SYSTEM, name="Mill Pond", zone="America/New_York")["location_id"]
    record.run(add_room, SYSTEM, location_id=mill, name="Loft")
    record.run(
        set_weekly_hours, SYSTEM, provider_id=house.reed, location_id=mill, effective_from="2026-03-10",
        hours=[{"weekday": 6, "start": "09:00", "end": "17:00"}],
    )  # fmt: skip
    later = book(house.ada, "2026-03-14T14:00", provider_id=house.reed, location_id=mill)
    wait(house.ada, fallback_appointment_id=later)
    record.run(open_round, desk, freed_appointment_id=freed)
    taken = say(record, links_of(record)[house.ada])["appointment_id"]
    with record.read() as reader:
        visit = reader.get("appointments", taken, "visit")
    assert (visit["location_id"], visit["moved_from_id"]) == (house.location, later)


def test_an_answer_after_its_time_is_refused_even_before_anybody_noted_it(
    record, desk, house, reachable, wait, freed, clock
):
    wait(house.ada)
    record.run(open_round, desk, freed_appointment_id=freed)
    clock.forward(minutes=30)
    with pytest.raises(Conflict, match="time to answer is over"):
        say(record, links_of(record)[house.ada])
    assert rows(record, "select * from appointments where channel = 'waitlist'") == []


def test_leaving_the_waitlist_by_the_link_ends_the_wish_and_asks_the_next(record, desk, house, reachable, wait, freed):
    gone = wait(house.ada, urgency=2)
    wait(house.ben)
    record.run(open_round, desk, freed_appointment_id=freed)
    link = links_of(record)[house.ada]
    assert say(record, link, "leave")["status"] == "left"
    assert say(record, link, "leave")["status"] == "left"
    assert status(record, "waitlist_entries", gone) == "withdrawn"
    assert offers(record) == {house.ada: "declined", house.ben: "sent"}


def test_whoever_is_booked_elsewhere_meanwhile_is_told_so_and_keeps_the_offer(
    record, desk, house, reachable, wait, freed, book
):
    wait(house.ada)
    record.run(open_round, desk, freed_appointment_id=freed)
    book(house.ada, TEN, provider_id=house.reed)
    with pytest.raises(Conflict, match="another visit at that time"):
        say(record, links_of(record)[house.ada])
    assert offers(record) == {house.ada: "sent"}


def test_nobody_is_asked_for_two_places_at_once(record, desk, house, reachable, wait, freed, book):
    other = book(house.dan, "2026-03-03T14:00")
    record.run(cancel_appointment, desk, reason="ill", appointment_id=other, cancelled_by="client")
    wait(house.ada)
    record.run(open_round, desk, freed_appointment_id=freed)
    with pytest.raises(Refusal, match="Nobody"):
        record.run(open_round, desk, freed_appointment_id=other)


def test_the_page_behind_a_link_says_the_place_and_nothing_of_the_client(record, desk, house, reachable, wait, freed):
    wait(house.ada)
    record.run(open_round, desk, freed_appointment_id=freed)
    with record.read() as reader:
        shown = offer_behind(reader, links_of(record)[house.ada])
    assert shown["state"] == "sent"
    assert shown["wall_start"] == datetime(2026, 3, 3, 10)
    assert "Ada" not in str(shown)
    assert "Birch" not in str(shown)


# --- of themselves ---------------------------------------------------------------------------------------------------


def test_places_offer_themselves_after_the_grace_and_an_undone_cancel_offers_nothing(
    record, desk, house, reachable, wait, book, clock
):
    wait(house.ada)
    record.run(set_waitlist_rules, SYSTEM, mode="automatic")
    visit = book(house.cora)
    record.run(cancel_appointment, desk, reason="ill", appointment_id=visit, cancelled_by="client")
    clock.forward(minutes=2)
    assert beat(record) is None
    again = book(house.cora)  # a slip
    clock.forward(minutes=2)
    assert beat(record) is None
    record.run(cancel_appointment, desk, reason="ill", appointment_id=again, cancelled_by="client")
    clock.forward(minutes=3)
    assert len(beat(record)["opened"]) == 1
    assert offers(record) == {house.ada: "sent"}


def test_what_the_provider_freed_or_came_free_before_is_left_to_the_desk(
    record, desk, house, reachable, wait, book, freed, clock
):
    wait(house.ada)
    clock.forward(minutes=1)
    record.run(set_waitlist_rules, SYSTEM, mode="automatic")
    other = book(house.dan, "2026-03-03T14:00")
    record.run(cancel_appointment, desk, reason="ill", appointment_id=other, cancelled_by="provider")
    clock.forward(minutes=10)
    assert beat(record) is None
    assert len(seen(record, desk)) == 2


def test_rules_of_offering_are_checked(record, house):
    with pytest.raises(Refusal, match="1 to 50"):
        record.run(set_waitlist_rules, SYSTEM, mode="automatic", batch_size=51)
    with pytest.raises(Refusal, match="two days"):
        record.run(set_waitlist_rules, SYSTEM, mode="automatic", answer_minutes=3)
    with pytest.raises(Refusal, match="automatic"):
        record.run(set_waitlist_rules, SYSTEM, mode="never")


def test_days_are_counted_from_the_practices_own_day(record, house, wait):
    wait(house.ada)
    row = rows(record, "select earliest_date, expires_date from waitlist_entries")[0]
    assert row == {"earliest_date": date(2026, 3, 2), "expires_date": date(2026, 3, 2) + timedelta(days=90)}
