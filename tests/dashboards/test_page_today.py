"""The calendar's page: what it shows to whom, and what its clicks and drags do."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from dashboards.components.calendar import Appointment, Busy, Closed, Move, Pressed, Selection, View, Way
from dashboards.components.calendar.payload import calendar_payload
from dashboards.components.desk import acts, day, dragging, notices, scope, steps
from dashboards.components.desk.board import board
from dashboards.components.desk.columns import Layout
from practice.access.permissions import SYSTEM, Actor
from practice.errors import Conflict
from practice.people import queries as people
from practice.people.commands import add_location
from practice.scheduling import calendar_queries
from practice.scheduling import queries as scheduling
from practice.scheduling.attendance import record_arrival
from practice.scheduling.booking_rules import set_travel_time
from practice.scheduling.commands import cancel_appointment, confirm_appointment
from practice.scheduling.hours import add_time_off, set_weekly_hours

from .conftest import labels, press, texts

MONDAY = "2026-03-02"


def visit_of(record, actor, appointment_id):
    with record.read() as reader:
        return scheduling.visit(reader, actor, appointment_id)


def board_of(record, actor, house, on=MONDAY, by="provider", **options):
    with record.read() as reader:
        locations = people.locations(reader, actor)
        rooms = people.rooms(reader, actor)
        first = date.fromisoformat(on)
        days = calendar_queries.days(reader, actor, first, first, [row["location_id"] for row in locations])
    return board(days, Layout(by, locations, {}, rooms), **({"may_move": True} | options))


def test_the_way_to_another_place_is_drawn_where_the_provider_cannot_be_booked_for_it(record, desk, house, book):
    mill = record.run(add_location, SYSTEM, name="Mill Pond", zone="America/Chicago")["location_id"]
    record.run(set_travel_time, SYSTEM, from_location_id=house.location, to_location_id=mill, minutes=30)
    hours = [{"weekday": 1, "start": "11:00", "end": "12:00"}]  # noon until one in New York
    morning = [{"weekday": 1, "start": "09:00", "end": "12:00"}, {"weekday": 1, "start": "13:00", "end": "17:00"}]
    record.run(
        set_weekly_hours, SYSTEM, provider_id=house.moss, location_id=house.location, effective_from=MONDAY,
        hours=morning,
    )  # fmt: skip
    record.run(set_weekly_hours, SYSTEM, provider_id=house.moss, location_id=mill, effective_from=MONDAY, hours=hours)
    book("2026-03-02T11:00", location=mill, service=house.group, client=house.ben)
    drawn = board_of(record, desk, house)
    ways = [(one.resource_id, f"{one.start:%H:%M}", f"{one.end:%H:%M}", one.label) for one in drawn.events
            if isinstance(one, Way)]  # fmt: skip
    assert ways == [
        (house.moss, "11:30", "12:00", "Way · Mill Pond"),
        (house.moss, "13:00", "13:30", "Way · Mill Pond"),
    ]
    # It is what booking refuses: until then and from then on there is time.
    with pytest.raises(Conflict, match="needs 30 minutes for the way"):
        book("2026-03-02T13:15", service=house.group)
    book("2026-03-02T13:30", service=house.group)
    shown = calendar_payload(drawn.resources, drawn.events, {})["events"]
    assert [one["classNames"] for one in shown if one["extendedProps"].get("label", "").startswith("Way")] == [
        ["buffer", "way"], ["buffer", "way"],
    ]  # fmt: skip


def drag(appointment_id, house, start, column=None, old_start="2026-03-02T10:00", old_column=None):
    begin = datetime.fromisoformat(start)
    end = begin.replace(hour=begin.hour + 1)
    old = old_column or house.moss
    return Move(
        "drop", appointment_id, begin, end, column or old, datetime.fromisoformat(old_start), old, "practice", "other"
    )


def bar_of(browser_state):
    return browser_state[notices.NOTICE].bar


def press_bar(browser_state, label):
    shown = bar_of(browser_state)
    button = next(name for name, text in shown.buttons if text == label)
    notices.pressed(Pressed(shown.id, button))


def with_drawer(app, *what):
    """The page with a drawer open, as after a click in the calendar."""
    app.session_state[acts.CLOSE] = False
    app.session_state[day.DRAWER] = what
    return app.run()


@pytest.mark.parametrize("role", ["front_desk", "provider", "manager", "owner", "biller"])
def test_the_page_starts_for_everybody_who_sees_the_schedule(open_page, book, role):
    book("2026-03-02T10:00")
    app = open_page("today", role)
    assert not app.exception
    assert "**1** :gray[booked]" in texts(app)
    assert "New York time (America/New_York)" in texts(app)


@pytest.mark.parametrize(("role", "may"), [("front_desk", True), ("provider", False), ("biller", False)])
def test_booking_is_offered_to_those_who_may(open_page, role, may):
    assert ("Book" in labels(open_page("today", role))) is may


def test_a_location_where_nobody_works_says_what_to_do(open_page, record):
    added = record.run(add_location, SYSTEM, name="Mill Pond", zone="America/Chicago")
    app = open_page("today", "front_desk")
    app.session_state[scope.PLACES] = [added["location_id"]]
    app.run()
    assert "Nobody works at Mill Pond yet" in app.info[0].value
    assert not app.exception


def test_a_provider_has_their_own_column_alone(record, house, as_role, book):
    book("2026-03-02T10:00", provider=house.moss)
    book("2026-03-02T10:00", provider=house.reed, client=house.dan)
    seen = board_of(record, as_role("provider", provider_id=house.moss), house)
    assert [column.title for column in seen.resources] == ["Dr. Ines Moss"]
    assert seen.counts["booked"] == 1


def test_another_desks_booking_shows_with_the_next_beat(open_page, book):
    app = open_page("today", "front_desk")
    assert "**0** :gray[booked]" in texts(app)
    book("2026-03-02T10:00")
    assert "**1** :gray[booked]" in texts(app.run())


def test_the_board_tells_status_hours_buffers_and_time_off(record, house, desk, book):
    confirmed = book("2026-03-02T10:00")
    record.run(confirm_appointment, desk, appointment_id=confirmed["appointment_id"])
    record.run(add_time_off, SYSTEM, reason="Training", provider_id=house.reed, start_date=MONDAY, end_date=MONDAY)
    seen = board_of(record, desk, house)
    drawn = next(event for event in seen.events if isinstance(event, Appointment))
    assert (drawn.status, drawn.client, drawn.buffer_after_minutes) == ("confirmed", "Ada Birch", 10)
    closed = [(event.resource_id, event.label) for event in seen.events if isinstance(event, Closed)]
    assert (house.reed, "Time off") in closed
    assert (house.moss, "") in closed


def test_a_cancelled_visit_is_drawn_only_while_its_place_is_free(record, house, desk, book):
    gone = book("2026-03-02T10:00")
    record.run(cancel_appointment, desk, reason="ill", appointment_id=gone["appointment_id"], cancelled_by="client")
    assert [event.status for event in board_of(record, desk, house).events if isinstance(event, Appointment)] == [
        "cancelled"
    ]
    book("2026-03-02T10:15", client=house.dan)
    assert [event.client for event in board_of(record, desk, house).events if isinstance(event, Appointment)] == [
        "Dan Ford"
    ]


def test_a_group_is_one_visit_with_its_places(record, house, desk, book):
    for client in (house.ada, house.dan):
        book("2026-03-02T11:00", client=client, service=house.group)
    seen = board_of(record, desk, house)
    assert [event.client for event in seen.events if isinstance(event, Appointment)] == ["2 of 6 places"]
    assert seen.counts["booked"] == 2


def test_a_drag_moves_the_visit_and_says_so_with_its_undo(signed_in, browser_state, record, house, desk, book):
    signed_in("front_desk")
    booked = book("2026-03-02T10:00")
    dragging.move_by_hand(drag(booked["appointment_id"], house, "2026-03-02T14:00", house.reed))
    successor = visit_of(record, desk, visit_of(record, desk, booked["appointment_id"])["moved_to_id"])
    assert (successor["provider_id"], successor["wall_start"]) == (house.reed, datetime(2026, 3, 2, 14))
    assert bar_of(browser_state).text == "Moved Ada Birch from 10:00 to 14:00 with Tomas Reed."
    press_bar(browser_state, "Undo")
    undone = visit_of(record, desk, browser_state[acts.MADE])
    assert (undone["provider_id"], undone["wall_start"]) == (house.moss, datetime(2026, 3, 2, 10))
    assert notices.bar() is None


def test_a_refused_drag_goes_back_says_who_is_there_and_offers_what_passes(
    signed_in, browser_state, record, house, desk, book
):
    signed_in("front_desk")
    booked = book("2026-03-02T10:00")
    book("2026-03-02T14:00", client=house.dan)
    dragging.move_by_hand(drag(booked["appointment_id"], house, "2026-03-02T14:00"))
    assert browser_state[acts.REVISION] == 1
    shown = bar_of(browser_state)
    assert shown.kind == "refused"
    assert "Dan Ford" in shown.text
    assert visit_of(record, desk, booked["appointment_id"])["moved_to_id"] is None
    press_bar(browser_state, shown.buttons[-1][1])
    assert visit_of(record, desk, booked["appointment_id"])["moved_to_id"] is not None


def test_a_button_of_the_bar_counts_once_and_only_for_its_own_message(
    signed_in, browser_state, record, house, desk, book
):
    signed_in("front_desk")
    booked = book("2026-03-02T10:00")
    dragging.move_by_hand(drag(booked["appointment_id"], house, "2026-03-02T14:00"))
    first = bar_of(browser_state)
    for _ in range(2):
        notices.pressed(Pressed(first.id, "undo"))
    with record.read() as reader:
        assert [row["wall_start"].hour for row in scheduling.day(reader, desk, MONDAY)] == [10]


def test_a_pulled_end_changes_the_length(signed_in, browser_state, record, house, desk, book):
    signed_in("front_desk")
    booked = book("2026-03-02T10:00")
    start, end = datetime(2026, 3, 2, 10), datetime(2026, 3, 2, 11, 20)
    dragging.move_by_hand(Move("resize", booked["appointment_id"], start, end, house.moss, start, house.moss))
    assert visit_of(record, desk, booked["appointment_id"])["duration_minutes"] == 80
    press_bar(browser_state, "Undo")
    assert visit_of(record, desk, booked["appointment_id"])["duration_minutes"] == 50


def test_rooms_are_columns_and_a_drag_changes_the_room(signed_in, browser_state, record, house, desk, book):
    signed_in("front_desk")
    booked = book("2026-03-02T10:00")
    book("2026-03-02T11:00", client=house.dan, mode="video")
    seen = board_of(record, desk, house, by="room")
    assert [column.title for column in seen.resources] == ["Room 1", "Room 2", "No room"]
    old, new = (f"room:{room}@{house.location}" for room in ("room-1", "room-2"))
    assert next(event.resource_id for event in seen.events if isinstance(event, Appointment)) == old
    dragging.move_by_hand(drag(booked["appointment_id"], house, "2026-03-02T10:00", new, old_column=old))
    assert visit_of(record, desk, booked["appointment_id"])["room_id"] == "room-2"
    dragging.move_by_hand(
        drag(booked["appointment_id"], house, "2026-03-02T10:00", f"room:@{house.location}", old_column=new)
    )
    assert "keeps one" in bar_of(browser_state).text


def test_two_locations_stand_side_by_side_each_by_its_own_clock(record, house, desk, book):
    record.run(add_location, SYSTEM, name="Mill Pond", zone="America/Chicago")
    with record.read() as reader:
        mill = next(row for row in people.locations(reader, desk) if row["name"] == "Mill Pond")
    monday = [{"weekday": 1, "start": "09:00", "end": "12:00"}]
    record.run(
        set_weekly_hours, SYSTEM, provider_id=house.reed, location_id=mill["location_id"], hours=monday,
        effective_from=MONDAY,
    )  # fmt: skip
    seen = board_of(record, desk, house)
    assert [(column.title, column.note) for column in seen.resources] == [
        ("Dr. Ines Moss", "Elm Street · New York time"),
        ("Tomas Reed", "Elm Street · New York time"),
        ("Tomas Reed", "Mill Pond · Chicago time"),
    ]
    assert len({column.id for column in seen.resources}) == 3


def test_a_week_is_shown_of_up_to_three_columns(open_page, house, book):
    book("2026-03-04T10:00", provider=house.reed)
    app = open_page("today", "front_desk")
    app.session_state[scope.VIEW] = View("week", date(2026, 3, 2), date(2026, 3, 9))
    app.run()
    assert not app.exception
    assert "**0** :gray[booked]" in texts(app)
    app.session_state[scope.WEEK] = [house.moss, house.reed]
    app.run()
    assert "**1** :gray[booked]" in texts(app)


def test_arrived_start_complete_charge_is_one_press_each(open_page, record, clock, desk, book):
    booked = book("2026-03-02T10:00")
    app = open_page("today", "front_desk")
    clock.to("2026-03-02T15:00")
    for label in ("Arrived", "Start"):
        press(with_drawer(app, "visit", booked["appointment_id"]), label)
    clock.forward(minutes=50)
    press(with_drawer(app, "visit", booked["appointment_id"]), "Complete")
    press(with_drawer(app, "visit", booked["appointment_id"]), "Charge $150.00")
    (row,) = visit_of(record, desk, booked["appointment_id"])["attendees"]
    assert (row["status"], row["is_charged"]) == ("completed", True)
    assert not app.exception


def test_a_provider_states_attendance_and_charges_nothing(open_page, clock, record, desk, house, book):
    booked = book("2026-03-02T10:00")
    app = open_page("today", "provider")
    clock.to("2026-03-02T15:00")
    shown = labels(with_drawer(app, "visit", booked["appointment_id"]))
    assert "Arrived" in shown
    assert "Cancel the visit" not in shown
    press(app, "Start")
    (row,) = visit_of(record, desk, booked["appointment_id"])["attendees"]
    assert row["status"] == "in_session"
    assert not steps.may_charge(row | {"status": "completed"}, Actor("u", "provider"))


def test_cancelling_without_a_reason_is_refused_and_the_form_keeps_its_choice(open_page, record, desk, book):
    booked = book("2026-03-02T10:00")
    app = with_drawer(open_page("today", "front_desk"), "visit", booked["appointment_id"])
    form = f"visit:{booked['attendee_id']}:scheduled:cancel"
    app.segmented_control(key=f"{form}:by").set_value("practice")
    app.session_state[day.DRAWER] = ("visit", booked["appointment_id"])
    press(app, "Cancel the visit")
    assert "Say why" in app.session_state[f"refused:{form}"].args[0]
    assert app.session_state[f"{form}:by"] == "practice"
    assert visit_of(record, desk, booked["appointment_id"])["status"] == "scheduled"


def test_a_cancellation_says_who_and_why(open_page, record, desk, book):
    booked = book("2026-03-02T10:00")
    app = with_drawer(open_page("today", "front_desk"), "visit", booked["appointment_id"])
    form = f"visit:{booked['attendee_id']}:scheduled:cancel"
    app.text_input(key=f"{form}:reason").set_value("A cold")
    press(app, "Cancel the visit")
    (row,) = visit_of(record, desk, booked["appointment_id"])["attendees"]
    assert (row["status"], row["cancelled_by"], row["cancel_reason"]) == ("cancelled", "client", "A cold")


def test_a_cancellation_for_a_chosen_reason_can_be_undone(signed_in, browser_state, record, desk, book):
    signed_in("front_desk")
    booked = book("2026-03-02T10:00")
    (row,) = visit_of(record, desk, booked["appointment_id"])["attendees"]
    browser_state["cancel:code:client"] = "illness"
    acts.cancel(row, form="cancel")
    (row,) = visit_of(record, desk, booked["appointment_id"])["attendees"]
    assert (row["status"], row["cancelled_by"], row["cancel_reason"]) == ("cancelled", "client", "ill")
    assert bar_of(browser_state).text == "Ada Birch, 10:00: cancelled, late."
    press_bar(browser_state, "Undo")
    (row,) = visit_of(record, desk, booked["appointment_id"])["attendees"]
    assert row["status"] == "scheduled"


def test_undoing_one_cancellation_of_a_group_leaves_the_others_be(signed_in, browser_state, record, house, desk, book):
    signed_in("front_desk")
    for client in (house.ada, house.dan):
        booked = book("2026-03-02T11:00", client=client, service=house.group)
    for name in ("Ada Birch", "Dan Ford"):
        rows = visit_of(record, desk, booked["appointment_id"])["attendees"]
        browser_state[f"{name}:code:client"] = "weather"
        acts.cancel(next(row for row in rows if row["client_name"] == name), form=name)
    press_bar(browser_state, "Undo")
    rows = visit_of(record, desk, booked["appointment_id"])["attendees"]
    assert {row["client_name"]: row["status"] for row in rows} == {"Ada Birch": "cancelled", "Dan Ford": "scheduled"}


def test_people_state_the_outcome_of_past_visits(open_page, record, clock, desk, book):
    booked = book("2026-03-02T10:00")
    clock.to("2026-03-03T15:00")
    app = open_page("today", "front_desk")
    assert "1 needs an outcome" in labels(app)
    press(app, "1 needs an outcome")
    press(app, "No-show")
    (row,) = visit_of(record, desk, booked["appointment_id"])["attendees"]
    assert row["status"] == "no_show"
    assert "1 needs an outcome" not in labels(app.run())


def test_what_was_recorded_can_be_corrected_with_a_reason(open_page, record, clock, desk, book):
    booked = book("2026-03-02T10:00")
    clock.to("2026-03-02T15:00")
    record.run(record_arrival, desk, attendee_id=booked["attendee_id"])
    app = with_drawer(open_page("today", "front_desk"), "visit", booked["appointment_id"])
    form = f"visit:{booked['attendee_id']}:arrived:correct"
    app.selectbox(key=f"{form}:status").set_value("scheduled")
    app.text_input(key=f"{form}:reason").set_value("Another client of that name")
    press(app, "Correct")
    (row,) = visit_of(record, desk, booked["appointment_id"])["attendees"]
    assert row["status"] == "scheduled"


def test_a_free_place_books_in_its_drawer(open_page, record, house, desk):
    app = open_page("today", "front_desk")
    place = Selection(datetime(2026, 3, 2, 14), None, house.moss)
    with_drawer(app, "booking", place, "drawer1")
    app.session_state[day.DRAWER] = ("booking", place, "drawer1")
    app.text_input(key="drawer1:search").set_value("dan").run()
    app.button(key="drawer1:book").click().run()
    with record.read() as reader:
        (row,) = scheduling.day(reader, desk, MONDAY)
    assert (row["client_name"], row["wall_start"], row["provider_id"]) == (
        "Dan Ford",
        datetime(2026, 3, 2, 14),
        house.moss,
    )


def open_drawer(app, place, form="drawer1"):
    """The booking drawer stays open from run to run in a browser; here each run is told so."""
    app.session_state[day.DRAWER] = ("booking", place, form)
    return app.run()


def test_an_open_drawer_keeps_its_place_from_other_desks(open_page, record, house, desk, book):
    app = open_page("today", "front_desk")
    open_drawer(app, Selection(datetime(2026, 3, 2, 14), None, house.moss))
    assert "held for you until 09:05" in texts(app)
    with pytest.raises(Conflict):
        book("2026-03-02T14:00", client=house.dan)
    held = [event for event in board_of(record, desk, house).events if isinstance(event, Busy)]
    assert [(event.kind, event.title) for event in held] == [("hold", "Being booked · Sam Front_Desk")]
    app.run()  # the drawer has closed
    book("2026-03-02T14:00", client=house.dan)


def test_a_hold_is_gone_from_the_calendar_when_its_time_is_over(open_page, record, clock, house, desk):
    app = open_page("today", "front_desk")
    open_drawer(app, Selection(datetime(2026, 3, 2, 14), None, house.moss))
    clock.forward(minutes=5)
    assert not any(isinstance(event, Busy) for event in board_of(record, desk, house).events)


def test_a_taken_place_says_so_at_once_and_offers_the_nearest_times(open_page, record, house, desk, book):
    book("2026-03-02T14:00")
    app = open_page("today", "front_desk")
    place = Selection(datetime(2026, 3, 2, 14), None, house.moss)
    open_drawer(app, place)
    assert "Dr. Ines Moss is taken" in app.warning[0].value
    app.session_state[day.DRAWER] = ("booking", place, "drawer1")
    press(app, next(label for label in labels(app) if label.startswith("Today ")))
    open_drawer(app, place)
    assert "held for you" in texts(app)
    app.session_state[day.DRAWER] = ("booking", place, "drawer1")
    app.text_input(key="drawer1:search").set_value("dan").run()
    app.session_state[day.DRAWER] = ("booking", place, "drawer1")
    app.button(key="drawer1:book").click().run()
    with record.read() as reader:
        assert [row["client_name"] for row in scheduling.day(reader, desk, MONDAY)] == ["Dan Ford", "Ada Birch"]


def test_over_a_room_the_provider_is_asked_and_the_room_is_kept(open_page, record, house, desk):
    app = open_page("today", "front_desk")
    place = Selection(datetime(2026, 3, 2, 14), None, f"room:room-2@{house.location}")
    open_drawer(app, place)
    app.session_state[day.DRAWER] = ("booking", place, "drawer1")
    app.selectbox(key="drawer1:provider").set_value(house.reed).run()
    app.session_state[day.DRAWER] = ("booking", place, "drawer1")
    app.text_input(key="drawer1:search").set_value("dan").run()
    app.session_state[day.DRAWER] = ("booking", place, "drawer1")
    app.button(key="drawer1:book").click().run()
    with record.read() as reader:
        (row,) = scheduling.day(reader, desk, MONDAY)
    assert (row["provider_id"], row["room_id"]) == (house.reed, "room-2")
