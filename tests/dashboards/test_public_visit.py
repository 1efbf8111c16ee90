"""The page of one's own visit: whoever has its link sees it, moves it and cancels it within the rules."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from icalendar import Calendar

from dashboards.http.gate import RateLimit
from dashboards.http.public import guard
from practice.access.permissions import SYSTEM
from practice.online.links import hashed
from practice.people.commands import change_service
from practice.scheduling.booking_rules import set_booking_rule
from practice.scheduling.commands import cancel_appointment, move_appointment
from tests.dashboards.browser import Browser
from tests.dashboards.test_public_booking import ADA, attendees, door, fields, phone, pick, said, send  # noqa: F401
from tests.words import names_in


@pytest.fixture
def visit(phone, house):  # noqa: F811
    """The path of Ada's visit on Tuesday at ten with Dr. Moss, whom nobody matched: she gave another address."""
    done = send(phone, house, pick(phone, house, provider=house.moss))
    return done.headers["location"].split("?")[0]


def events(record):
    with record.read() as reader:
        return reader.rows("select * from appointment_events order by known_at, event_id")


def move(browser, visit, start):
    page = browser.get(f"{visit}/move?start={start}")
    return browser.post(f"{visit}/move", fields(page))


def test_a_visit_is_moved_by_its_link_and_the_chain_keeps_both_times_who_and_why(phone, visit, record):  # noqa: F811
    times = phone.get(f"{visit}/move").text
    assert "start=2026-03-04T10%3A00" in times
    assert "start=2026-03-03T10%3A00" not in times, "where it is already"
    assert "Tomas Reed" not in times
    page = phone.get(f"{visit}/move?start=2026-03-04T11:00").text
    assert "<s>Tuesday 3 March" in page
    moved = move(phone, visit, "2026-03-04T11:00")
    assert moved.headers["location"] == f"{visit}?moved=1"
    assert "Wednesday 4 March" in phone.get(f"{visit}?moved=1").text, "the old link leads to where the visit went"
    old, new = attendees(record)
    assert (old["status"], old["moved_to_attendee_id"], new["status"]) == (
        "rescheduled",
        new["attendee_id"],
        "scheduled",
    )
    told = next(row for row in events(record) if row["kind"] == "moved")
    assert (told["actor_id"], told["reason"]) == ("online", "moved online by the client")
    assert '"moved_by": "client"' in told["details"]
    assert '"wall_start": "2026-03-04T11:00"' in told["details"]


def test_moved_twice_by_one_press_it_is_moved_once(phone, visit, record):  # noqa: F811
    page = fields(phone.get(f"{visit}/move?start=2026-03-04T11:00"))
    answers = [phone.post(f"{visit}/move", page).headers["location"] for _ in range(2)]
    assert answers == [f"{visit}?moved=1"] * 2
    assert len(attendees(record)) == 2


def test_a_time_that_is_gone_is_refused_with_others_to_choose(phone, visit, record, house, book, door):  # noqa: F811
    page = fields(phone.get(f"{visit}/move?start=2026-03-04T11:00"))
    book("2026-03-04T11:00", client=house.ben)
    refused = phone.post(f"{visit}/move", page)
    assert (refused.status, said(refused)) == (409, "That time has just been taken; choose another one.")
    assert "start=2026-03-04T12%3A00" in refused.text
    assert attendees(record)[0]["status"] == "scheduled"


def test_cancelling_warns_first_then_asks_why(phone, visit, record):  # noqa: F811
    page = phone.get(f"{visit}/cancel")
    assert "Cancelling after Monday 2 March, 10:00 counts as late and may cost $50.00; now it does not." in page.text
    refused = phone.post(f"{visit}/cancel", fields(page) | {"words": "the car broke"})
    assert "choose a reason" in said(refused)
    assert 'value="the car broke"' in refused.text
    done = phone.post(f"{visit}/cancel", fields(page) | {"code": "transport", "words": "the car broke"})
    assert done.headers["location"] == f"{visit}?cancelled=1"
    (gone,) = attendees(record)
    assert (gone["status"], gone["cancelled_by"], gone["cancel_code"], gone["cancel_reason"], gone["is_late"]) == (
        "cancelled", "client", "transport", "the car broke", False,
    )  # fmt: skip
    shown = phone.get(visit).text
    assert "This visit is cancelled" in shown
    assert "/move" not in shown


def test_late_is_said_before_and_kept_after(phone, visit, record, clock):  # noqa: F811
    clock.to("2026-03-03T12:00")  # three hours before
    page = phone.get(f"{visit}/cancel")
    assert "Cancelling now counts as late and may cost $50.00." in page.text
    phone.post(f"{visit}/cancel", fields(page) | {"code": "illness"})
    assert attendees(record)[0]["is_late"] is True


def test_inside_the_notice_the_buttons_turn_into_a_number_to_call(phone, visit, record, clock, door):  # noqa: F811
    record.run(set_booking_rule, SYSTEM, rule="change_notice_minutes", value=24 * 60, effective_from="2026-03-02")
    form = fields(phone.get(f"{visit}/cancel")) | {"code": "illness"}
    move_form = fields(phone.get(f"{visit}/move?start=2026-03-04T11:00"))
    clock.to("2026-03-02T15:00")  # exactly a day before: still in time
    assert "/cancel" in phone.get(visit).text
    clock.forward(minutes=1)
    page = phone.get(visit).text
    assert "please call us" in page
    assert 'href="tel:+15550100100"' in page
    assert "/cancel" not in page
    for path, sent in (("cancel", form), ("move", move_form)):
        assert phone.get(f"{visit}/{path}").status == 409
        refused = phone.post(f"{visit}/{path}", sent)
        assert (refused.status, "please call" in said(refused)) == (409, True)
    assert attendees(record)[0]["status"] == "scheduled"


def test_moving_keeps_to_what_is_offered_online(phone, visit, record, house):  # noqa: F811
    record.run(change_service, SYSTEM, service_id=house.visit, online="contact")
    assert phone.get(f"{visit}/move").status == 409
    assert "call to move it" in said(phone.get(f"{visit}/move"))
    page = phone.get(f"{visit}/cancel")
    assert phone.post(f"{visit}/cancel", fields(page) | {"code": "illness"}).status == 303


def test_in_a_group_only_ones_own_seat_moves_and_goes(phone, record, house, book, door):  # noqa: F811
    record.run(change_service, SYSTEM, service_id=house.group, online="bookable")
    book("2026-03-03T10:00", client=house.ben, service=house.group)
    done = send(phone, house, pick(phone, house, provider=house.moss, service=house.group), service=house.group)
    visit = done.headers["location"].split("?")[0]
    assert move(phone, visit, "2026-03-04T10:00").status == 303
    ben, old, new = attendees(record)
    assert (ben["status"], old["status"], new["status"]) == ("scheduled", "rescheduled", "scheduled")
    assert new["first_booked_at"] == old["first_booked_at"]
    assert new["appointment_id"] != ben["appointment_id"] == old["appointment_id"]
    phone.post(f"{visit}/cancel", fields(phone.get(f"{visit}/cancel")) | {"code": "other"})
    assert [row["status"] for row in attendees(record)] == ["scheduled", "rescheduled", "cancelled"]
    with record.read() as reader:
        assert reader.value("select count(*) from claims where resource_kind = 'client'") == 1


def test_a_wrong_link_an_old_one_and_a_revoked_one_are_the_same_page(phone, visit, record, clock, monkeypatch):  # noqa: F811
    unknown = phone.get("/visit/made-up")
    record.housekeeping(
        "update manage_links set revoked_at = ? where token_hash = ?",
        datetime(2026, 3, 2),
        hashed(visit.split("/")[-1]),
    )
    for path in ("", "/move", "/cancel", "/visit.ics"):
        answer = phone.get(visit + path)
        assert (answer.status, answer.text) == (404, unknown.text)
    assert phone.post(f"{visit}/cancel", {"code": "illness"}).text == unknown.text
    record.housekeeping("update manage_links set revoked_at = null")
    assert phone.get(visit).status == 200
    clock.to("2026-05-20T12:00")
    assert phone.get(visit).text == unknown.text
    monkeypatch.setattr(guard, "guesses", RateLimit(limit=1, seconds=60))
    assert [("a lot at once" in phone.get(f"/visit/guess-{number}").text) for number in range(2)] == [False, True]


def test_another_sites_form_changes_nothing(phone, visit, record):  # noqa: F811
    for path, sent in (("cancel", {"code": "illness"}), ("move", {"start": "2026-03-04T10:00"})):
        assert phone.post(f"{visit}/{path}", sent, sec_fetch_site="cross-site").status == 403
    assert attendees(record)[0]["status"] == "scheduled"


def test_the_link_follows_what_the_desk_does(phone, visit, record, desk):  # noqa: F811
    (row,) = attendees(record)
    moved = record.run(
        move_appointment,
        desk,
        appointment_id=row["appointment_id"],
        wall_start="2026-03-05T09:00",
        moved_by="practice",
        reason="conference",
    )
    assert "Thursday 5 March" in phone.get(visit).text
    record.run(cancel_appointment, desk, appointment_id=moved["appointment_id"], cancelled_by="provider", reason="ill")
    assert "This visit is cancelled" in phone.get(visit).text


def test_the_calendar_file_has_the_instant_the_place_and_nobodys_name(phone, visit):  # noqa: F811
    answer = phone.get(f"{visit}/visit.ics")
    event = Calendar.from_ical(answer.body).walk("VEVENT")[0]
    assert event.decoded("dtstart") == datetime(2026, 3, 3, 15, tzinfo=UTC)
    assert "Elm Street" in event["location"]
    assert names_in(answer.text, "Ada", "Birch") == []
    assert ADA["email"] not in answer.text
    assert Browser(phone.app).get(f"{visit}/visit.ics").status == 200
