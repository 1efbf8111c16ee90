"""Set-up, Online booking: open a place, choose what is shown, make a key; and the desk's look at who is new."""

from __future__ import annotations

import pytest

from practice.access.permissions import ONLINE, SYSTEM
from practice.online.booking import book_online
from practice.online.keys import api_keys, key_holder
from practice.people.commands import change_client, change_location, change_service
from tests.dashboards.conftest import press, texts
from tests.dashboards.opening import refusals
from tests.dashboards.test_page_set_up import show

pytestmark = pytest.mark.usefixtures("running")


def section(app, name):
    app.segmented_control(key="online:section").set_value(name)
    return app.run()


def of(record, table, key):
    with record.read() as reader:
        return reader.find(table, key)


def toggle(app, label):
    return next(one for one in app.toggle if one.label == label)


def test_a_place_is_opened_with_an_address_of_its_own(open_page, record, house):
    app = show(open_page("set-up", "owner"), "Online booking")
    assert "Online booking is closed" in texts(app)
    toggle(app, "Clients can book here").set_value(True)
    next(one for one in app.text_input if one.label.startswith("Address")).set_value("Elm Street!")
    press(app, "Save")
    assert "small letters, digits and dashes" in refusals(app)[0]
    next(one for one in app.text_input if one.label.startswith("Address")).set_value("elm-street")
    press(app, "Save")
    assert of(record, "locations", house.location)["slug"] == "elm-street"
    assert any(code.value.endswith("/book/elm-street") for code in app.code)
    assert "No service can be booked there yet" in texts(app)


def test_a_key_is_shown_once_and_opens_what_was_chosen(open_page, record):
    app = section(show(open_page("set-up", "owner"), "Online booking"), "API keys")
    next(one for one in app.text_input if one.label == "What it is for").set_value("Our website")
    press(app, "Make the key")
    key = app.code[0].value
    assert key.startswith("daybook_")
    assert key_holder(record, key)[1] == {"slots:read", "bookings:write", "bookings:read"}
    press(app, "I have it")
    assert not app.code
    with record.read() as reader:
        assert [row["name"] for row in api_keys(reader, SYSTEM)] == ["Our website"]


def test_the_desk_says_that_a_new_client_is_one_it_knows_and_the_visit_becomes_theirs(open_page, record, house):
    record.run(change_location, SYSTEM, location_id=house.location, slug="elm-street")
    record.run(change_service, SYSTEM, service_id=house.visit, online="bookable")
    record.run(change_client, SYSTEM, client_id=house.ada, email="ada@birch.example")
    booked = record.run(
        book_online, ONLINE, location_id=house.location, service_id=house.visit, provider_id=house.moss,
        wall_start="2026-03-03T10:00", given_name="Ada", family_name="Birch", email="ada@birch.example",
    )  # fmt: skip
    app = open_page("client", "front_desk")
    assert "comes Tomorrow" in texts(app)
    label = next(button.label for button in app.button if button.label.startswith("It is Ada Birch"))
    press(app, label)
    assert not app.exception
    made = of(record, "attendees", booked["attendee_id"])
    assert made["client_id"] == house.ada
    with record.read() as reader:
        assert (
            reader.value(
                "select count(*) from clients where family_name = 'Birch' and given_name = 'Ada' and is_active"
            )
            == 1
        )
        assert reader.value("select resource_id from claims where resource_kind = 'client'") == house.ada
        assert reader.value("select outcome from client_reviews") == "same"
