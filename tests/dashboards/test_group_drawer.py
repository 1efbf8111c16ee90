"""The drawers of visits for several clients, and of how a visit takes place: what each button does."""

from __future__ import annotations

from datetime import datetime

import pytest

from dashboards.components.calendar import Appointment, Selection
from dashboards.components.desk import acts, day
from dashboards.components.desk.group_box import charged_as
from practice.access.permissions import SYSTEM
from practice.people.commands import add_service, assign_service, change_room
from practice.scheduling import queries as scheduling
from practice.scheduling.attendance import complete_visit
from practice.scheduling.groups import add_attendee, open_group
from practice.scheduling.hybrid import set_video_link_template
from practice.scheduling.together import book_together

from .conftest import labels, press, texts
from .test_page_today import board_of

NOON, TOMORROW = "2026-03-02T12:00", "2026-03-03T12:00"


@pytest.fixture
def group(record, house, desk):
    """Dr. Moss's group of today at noon, and of tomorrow; both are open."""
    place = {"provider_id": house.moss, "service_id": house.group, "location_id": house.location}
    return [record.run(open_group, desk, wall_start=when, **place)["appointment_id"] for when in (NOON, TOMORROW)]


@pytest.fixture
def couple(record, house):
    key = record.run(
        add_service,
        SYSTEM,
        name="Couple",
        duration_minutes=80,
        fee_minor=180_00,
        capacity=2,
        billing_unit="appointment",
    )["service_id"]
    record.run(assign_service, SYSTEM, provider_id=house.moss, service_id=key)
    return {"provider_id": house.moss, "service_id": key, "location_id": house.location}


def opened(app, *what):
    """The page with a drawer open, as after a click in the calendar; call it before each interaction."""
    app.session_state[acts.CLOSE] = False
    app.session_state[day.DRAWER] = what
    return app


def unfold(app, key, *what):
    """Open an expander that draws its inside only then."""
    app.session_state[key] = True
    return opened(app, *what).run()


def visit_of(record, desk, appointment_id):
    with record.read() as reader:
        return scheduling.visit(reader, desk, appointment_id)


def seated(record, desk, appointment_id):
    return {row["client_id"]: row["status"] for row in visit_of(record, desk, appointment_id)["attendees"]}


def test_an_empty_group_is_drawn_and_takes_its_first_client(open_page, record, house, desk, group):
    drawn = [event for event in board_of(record, desk, house).events if isinstance(event, Appointment)]
    assert [event.client for event in drawn] == ["0 of 6 places"]
    app = open_page("today", "front_desk")
    what = ("visit", group[0])
    form = f"group_add:{group[0]}:0"
    unfold(app, f"{form}:box", *what)
    app.text_input(key=f"{form}:search").set_value("dan")
    opened(app, *what).run()
    app.button(key=f"{form}:do")
    opened(app, *what)
    app.button(key=f"{form}:do").click().run()
    assert seated(record, desk, group[0]) == {house.dan: "scheduled"}
    assert not app.exception


def test_one_of_a_group_moves_to_tomorrows(open_page, record, house, desk, group):
    seat = record.run(add_attendee, desk, appointment_id=group[0], client_id=house.ada)
    app = open_page("today", "front_desk")
    what, form = ("visit", group[0]), f"seat:{seat['attendee_id']}"
    unfold(app, f"{form}:box", *what)
    assert "6 places left" in str(app.selectbox(key=f"{form}:to").options)
    app.text_input(key=f"{form}:reason").set_value("Cannot come today")
    opened(app, *what)
    app.button(key=f"{form}:do").click().run()
    assert seated(record, desk, group[0]) == {house.ada: "rescheduled"}
    assert seated(record, desk, group[1]) == {house.ada: "scheduled"}


def test_places_too_few_are_refused_and_the_number_stays(open_page, record, house, desk, group):
    for client in (house.ada, house.ben, house.dan):
        record.run(add_attendee, desk, appointment_id=group[0], client_id=client)
    app = open_page("today", "front_desk")
    what, form = ("visit", group[0]), f"group_places:{group[0]}"
    opened(app, *what).run()
    app.number_input(key=f"{form}:6").set_value(2)
    opened(app, *what).run()
    opened(app, *what)
    app.button(key=f"{form}:do").click().run()
    assert "3 clients are in this group" in texts(app)
    opened(app, *what).run()
    assert app.number_input(key=f"{form}:6").value == 2
    assert visit_of(record, desk, group[0])["capacity"] == 6


def test_a_couple_shows_who_is_charged_and_another_can_be_named(open_page, record, house, desk, couple, clock):
    booked = record.run(book_together, desk, client_ids=[house.ada, house.ben], wall_start=NOON, **couple)
    app = open_page("today", "front_desk")
    what = ("visit", booked["appointment_id"])
    opened(app, *what).run()
    assert labels(app).count("This one pays instead") == 1
    opened(app, *what)
    press(app, "This one pays instead")
    rows = visit_of(record, desk, booked["appointment_id"])["attendees"]
    assert [row["client_id"] for row in rows if row["is_identified"]] == [house.ben]
    clock.to("2026-03-02T18:30")
    record.run(complete_visit, desk, attendee_id=booked["attendee_ids"][0])
    rows = visit_of(record, desk, booked["appointment_id"])["attendees"]
    assert [charged_as(row, rows)["status"] for row in rows] == ["completed", "completed"]
    opened(app, *what).run()
    assert [label for label in labels(app) if label.startswith("Charge $")] == ["Charge $180.00"]


def test_two_clients_are_booked_into_one_visit(open_page, record, house, desk, couple):
    app = open_page("today", "front_desk")
    place = Selection(datetime(2026, 3, 2, 14), None, house.moss)
    what = ("booking", place, "drawer1")
    opened(app, *what).run()
    app.text_input(key="drawer1:search").set_value("ada")
    opened(app, *what).run()
    app.selectbox(key=f"drawer1:service:{house.ada}").set_value(couple["service_id"])
    opened(app, *what).run()
    unfold(app, "drawer1:also:0:box", *what)
    app.text_input(key="drawer1:also:0:search").set_value("ben")
    opened(app, *what).run()
    opened(app, *what)
    app.button(key="drawer1:also:0:do").click().run()
    opened(app, *what).run()
    app.selectbox(key=f"drawer1:identified:{house.ada}").set_value(house.ben)
    opened(app, *what).run()
    opened(app, *what)
    app.button(key="drawer1:book").click().run()
    with record.read() as reader:
        rows = scheduling.day(reader, desk, "2026-03-02")
    assert {row["client_id"]: row["is_identified"] for row in rows} == {house.ada: False, house.ben: True}
    assert len({row["appointment_id"] for row in rows}) == 1


def test_a_group_is_opened_from_a_free_place(open_page, record, house, desk):
    app = open_page("today", "front_desk")
    what = ("booking", Selection(datetime(2026, 3, 2, 14), None, house.moss), "drawer1")
    opened(app, *what).run()
    app.selectbox(key="drawer1:service:None").set_value(house.group)
    opened(app, *what).run()
    opened(app, *what)
    press(app, "Open the group without clients")
    with record.read() as reader:
        (empty,) = scheduling.empty_groups(reader, desk, "2026-03-02")
    assert (empty["wall_start"], empty["capacity"]) == (datetime(2026, 3, 2, 14), 6)


def test_one_press_makes_it_a_video_visit_with_a_link_and_asks_where_the_client_is(
    open_page, record, owner, desk, book
):
    record.run(set_video_link_template, owner, template="https://meet.example/{id}")
    key = book("2026-03-02T10:00")["appointment_id"]
    app = open_page("today", "front_desk")
    opened(app, "visit", key).run()
    opened(app, "visit", key)
    press(app, "Make it a video visit")
    visit = visit_of(record, desk, key)
    assert (visit["mode"], visit["room_id"]) == ("video", None)
    opened(app, "visit", key).run()
    assert app.code[0].value == visit["video_link"]
    app.text_input(key=f"place:{key}:None").set_value("Home")
    opened(app, "visit", key).run()
    assert visit_of(record, desk, key)["client_place"] == "Home"
    opened(app, "visit", key)
    press(app.run(), "Make it in person")
    assert visit_of(record, desk, key)["room_id"] is not None


def test_back_in_person_without_a_free_room_says_so_and_stays_by_video(open_page, record, desk, book, house):
    key = book("2026-03-02T10:00")["appointment_id"]
    app = open_page("today", "front_desk")
    opened(app, "visit", key).run()
    opened(app, "visit", key)
    press(app, "Make it a video visit")
    book("2026-03-02T10:00", client=house.ben, provider=house.reed)

    record.run(change_room, SYSTEM, room_id="room-2", is_active=False)
    opened(app, "visit", key).run()
    opened(app, "visit", key)
    press(app, "Make it in person")
    assert "Room 1" in texts(app)
    assert visit_of(record, desk, key)["mode"] == "video"
