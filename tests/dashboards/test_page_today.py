"""The Today page: what it shows to whom, and what its clicks and drags do."""

from __future__ import annotations

from datetime import datetime

import pytest

from dashboards.components.calendar import Appointment, Closed, Move, Selection
from dashboards.components.desk import acts, day, steps
from dashboards.components.desk.board import board
from practice.access.permissions import SYSTEM, Actor
from practice.people.commands import add_location
from practice.scheduling import queries as scheduling
from practice.scheduling.attendance import record_arrival
from practice.scheduling.commands import cancel_appointment, confirm_appointment
from practice.scheduling.hours import add_time_off

from .conftest import labels, press, texts

MONDAY = "2026-03-02"


def visit_of(record, actor, appointment_id):
    with record.read() as reader:
        return scheduling.visit(reader, actor, appointment_id)


def board_of(record, actor, house, on=MONDAY, **options):
    with record.read() as reader:
        visits = scheduling.day(reader, actor, on, house.location, include_gone=True)
        hours = scheduling.hours_of_day(reader, actor, on, house.location)
    return board(visits, hours, **({"may_move": True} | options))


def drag(appointment_id, house, start, provider=None):
    begin = datetime.fromisoformat(start)
    return Move(
        "drop", appointment_id, begin, begin.replace(hour=begin.hour + 1), provider or house.moss, begin, house.moss
    )


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
    app.selectbox(key="desk_location").set_value(added["location_id"]).run()
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


def test_a_drag_moves_the_visit(signed_in, browser_state, record, house, desk, book):
    signed_in("front_desk")
    booked = book("2026-03-02T10:00")
    acts.move_by_hand(drag(booked["appointment_id"], house, "2026-03-02T14:00", house.reed))
    successor = visit_of(record, desk, visit_of(record, desk, booked["appointment_id"])["moved_to_id"])
    assert (successor["provider_id"], successor["wall_start"]) == (house.reed, datetime(2026, 3, 2, 14))
    assert browser_state["messages"] == [("success", "Moved to 14:00.")]


def test_a_refused_drag_goes_back_and_says_who_is_there(signed_in, browser_state, record, house, desk, book):
    signed_in("front_desk")
    booked = book("2026-03-02T10:00")
    book("2026-03-02T14:00", client=house.dan)
    acts.move_by_hand(drag(booked["appointment_id"], house, "2026-03-02T14:00"))
    assert browser_state[acts.REVISION] == 1
    ((kind, sentence),) = browser_state["messages"]
    assert kind == "refusal"
    assert "Dan Ford" in sentence
    assert visit_of(record, desk, booked["appointment_id"])["moved_to_id"] is None


def test_a_pulled_end_changes_the_length(signed_in, browser_state, record, house, desk, book):
    signed_in("front_desk")
    booked = book("2026-03-02T10:00")
    start, end = datetime(2026, 3, 2, 10), datetime(2026, 3, 2, 11, 20)
    acts.move_by_hand(Move("resize", booked["appointment_id"], start, end, house.moss, start, house.moss))
    assert visit_of(record, desk, booked["appointment_id"])["duration_minutes"] == 80


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


def test_people_state_the_outcome_of_past_visits(open_page, record, clock, desk, book):
    booked = book("2026-03-02T10:00")
    clock.to("2026-03-03T15:00")
    app = open_page("today", "front_desk")
    assert "1 visit needs an outcome" in labels(app)
    press(app, "1 visit needs an outcome")
    press(app, "No-show")
    (row,) = visit_of(record, desk, booked["appointment_id"])["attendees"]
    assert row["status"] == "no_show"
    assert "1 visit needs an outcome" not in labels(app.run())


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


def test_a_taken_place_names_the_rule_and_the_times_that_pass(open_page, record, house, desk, book):
    app = open_page("today", "front_desk")
    place = Selection(datetime(2026, 3, 2, 14), None, house.moss)
    for interaction in ("type", "book"):
        app.session_state[day.DRAWER] = ("booking", place, "drawer1")
        app.run()
        if interaction == "type":
            app.session_state[day.DRAWER] = ("booking", place, "drawer1")
            app.text_input(key="drawer1:search").set_value("dan").run()
            book("2026-03-02T14:00")
    app.session_state[day.DRAWER] = ("booking", place, "drawer1")
    app.button(key="drawer1:book").click().run()
    assert "Dr. Ines Moss is taken" in app.error[0].value
    assert app.text_input(key="drawer1:search").value == "dan"
    offered = [label for label in labels(app) if label.startswith("Book Today")]
    assert len(offered) == 3
    press(app, offered[0])
    with record.read() as reader:
        assert len(scheduling.day(reader, desk, MONDAY)) == 2
