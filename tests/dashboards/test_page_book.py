"""The Book page: find or add the client, take a free time; refusals keep what was typed."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from dashboards.components.desk import booking
from dashboards.components.desk.times import open_days, thinned
from practice.access.permissions import SYSTEM
from practice.access.users import create_user
from practice.errors import Conflict
from practice.people import queries as people
from practice.people.commands import add_service, assign_service, change_client, change_service, unassign_service
from practice.scheduling import queries as scheduling
from practice.scheduling.holds import hold_slot
from practice.scheduling.policies import set_overlap_policy

from .conftest import PASSWORD, labels, press, texts


def visits_on(record, actor, day):
    with record.read() as reader:
        return scheduling.day(reader, actor, day)


def times_of(app):
    """The pills with free times, by the day they are for."""
    return {
        group.label.removeprefix("Times on "): group for group in app.button_group if group.label.startswith("Times on")
    }


def found(app, client_id):
    """The result's button for that client."""
    return next(button for button in app.button if (button.key or "").endswith(f":pick:{client_id}"))


@pytest.mark.parametrize("role", ["front_desk", "manager", "owner"])
def test_the_page_starts_with_a_search_and_free_times(open_page, role):
    app = open_page("new-visit", role)
    assert not app.exception
    assert app.text_input(key="book0:search").label == "Client"
    assert "Monday 2 March" in times_of(app)
    assert "New York time" in texts(app)


def test_a_practice_without_services_says_so(open_page, record, house):
    for provider in (house.moss, house.reed):
        for service in (house.visit, house.intake, house.group):
            record.run(unassign_service, SYSTEM, provider_id=provider, service_id=service)
    assert "No service is offered yet" in open_page("new-visit", "front_desk").info[0].value


def test_a_returning_client_is_booked_in_four_interactions(open_page, record, house, desk, book):
    book("2026-03-02T09:00", service=house.intake)
    app = open_page("new-visit", "front_desk")
    app.text_input(key="book0:search").set_value("bir").run()
    found(app, house.ada).click().run()
    times_of(app)["Monday 2 March"].set_value(datetime(2026, 3, 2, 14)).run()
    press(app, "Book")
    ada = [row for row in visits_on(record, desk, "2026-03-02") if row["wall_start"].hour == 14]
    # The service is that of the last visit, the provider the usual one.
    assert [(row["client_id"], row["service_id"], row["provider_id"]) for row in ada] == [
        (house.ada, house.intake, house.moss)
    ]
    assert "Ada Birch" in app.success[0].value


def test_the_only_match_counts_as_chosen(open_page, record, house, desk):
    app = open_page("new-visit", "front_desk")
    app.text_input(key="book0:search").set_value("dan f").run()
    times_of(app)["Tuesday 3 March"].set_value(datetime(2026, 3, 3, 10)).run()
    press(app, "Book")
    assert [row["client_id"] for row in visits_on(record, desk, "2026-03-03")] == [house.dan]


def test_how_is_asked_only_where_the_service_leaves_the_choice(open_page, record, house):
    app = open_page("new-visit", "front_desk", client=house.dan)
    assert "How" in [control.label for control in app.segmented_control]
    record.run(change_service, SYSTEM, service_id=house.intake, modes="in_person")
    app.run()
    assert app.selectbox(key=f"book0:service:{house.dan}").value == house.intake
    assert "How" not in [control.label for control in app.segmented_control]


def test_an_id_in_the_address_chooses_the_client(open_page, house):
    app = open_page("new-visit", "front_desk", client=house.dan)
    assert "**Dan Ford**" in texts(app)


def test_somebody_elses_id_in_the_address_is_refused_in_a_sentence(open_page):
    app = open_page("new-visit", "front_desk", client="client-nobody")
    assert "does not exist" in app.error[0].value
    assert not app.exception


def test_a_chosen_time_is_kept_from_others_while_the_rest_is_typed(open_page, house, book):
    app = open_page("new-visit", "front_desk", client=house.dan)
    app.selectbox(key=f"book0:provider:{house.dan}:{house.intake}").set_value(house.moss).run()
    times_of(app)["Monday 2 March"].set_value(datetime(2026, 3, 2, 14)).run()
    assert "Held for you until 09:05" in texts(app)
    with pytest.raises(Conflict, match="being booked by somebody else"):
        book("2026-03-02T14:00")


@pytest.fixture
def hold(record, house):
    """Another desk, Ana's, has that time open in its form."""
    ana = create_user(record, SYSTEM, email="ana@elm.example", name="Ana", role="front_desk", password=PASSWORD)

    def hold_(wall):
        record.run(
            hold_slot, SYSTEM, provider_id=house.moss, service_id=house.intake, location_id=house.location,
            wall_start=wall, held_by=f"{ana['user_id']}:page",
        )  # fmt: skip

    return hold_


def test_a_time_that_another_desk_is_booking_stands_there_as_held_and_cannot_be_chosen(open_page, house, hold):
    app = open_page("new-visit", "front_desk", client=house.dan)
    app.selectbox(key=f"book0:provider:{house.dan}:{house.intake}").set_value(house.moss).run()
    hold("2026-03-02T14:00")
    app.run()
    assert datetime(2026, 3, 2, 14) not in times_of(app)["Monday 2 March"].options
    assert "14:00–15:30" in texts(app)
    assert "held by Ana until 09:05" in texts(app)


def test_the_chosen_time_that_goes_to_another_desk_is_said_to_have_gone(open_page, clock, house, hold):
    app = open_page("new-visit", "front_desk", client=house.dan)
    app.selectbox(key=f"book0:provider:{house.dan}:{house.intake}").set_value(house.moss).run()
    times_of(app)["Monday 2 March"].set_value(datetime(2026, 3, 2, 14)).run()
    clock.forward(minutes=6)  # nobody typed: the time is not kept any more
    hold("2026-03-02T14:00")
    app.run()
    assert "Today 14:00 is held by Ana until 09:11; choose another time." in [one.value for one in app.warning]
    assert next(button for button in app.button if button.key == "book0:book").disabled


def test_the_best_times_come_first_with_what_speaks_for_them(open_page, record, house, desk):
    app = open_page("new-visit", "front_desk", client=house.ada)
    best = next(button for button in app.button if ":best:" in (button.key or ""))
    assert "the usual provider, first free" in best.label
    best.click().run()
    press(app, "Book")
    (row,) = visits_on(record, desk, "2026-03-02")
    assert row["provider_id"] == house.moss


def test_a_time_taken_meanwhile_is_refused_and_the_nearest_are_offered(open_page, record, clock, house, desk, book):
    app = open_page("new-visit", "front_desk", client=house.dan)
    app.selectbox(key=f"book0:provider:{house.dan}:{house.intake}").set_value(house.moss).run()
    times_of(app)["Monday 2 March"].set_value(datetime(2026, 3, 2, 14)).run()
    clock.forward(minutes=6)  # nobody typed: the time is not kept any more
    book("2026-03-02T14:00")
    press(app, "Book")
    (error,) = app.error
    assert "Dr. Ines Moss is taken from 14:00 until 14:50 by Ada Birch" in error.value
    assert "**Dan Ford**" in texts(app)
    nearest = [label for label in labels(app) if label.startswith("Book ")]
    assert nearest
    press(app, nearest[0])
    assert {row["client_id"] for row in visits_on(record, desk, "2026-03-02")} == {house.ada, house.dan}


def test_what_only_a_manager_may_book_is_asked_for_with_one_press(open_page, record, clock, house, book):
    record.run(set_overlap_policy, SYSTEM, resource_kind="provider", rule="warn", effective_from="2026-03-01")
    app = open_page("new-visit", "front_desk", client=house.dan)
    app.selectbox(key=f"book0:provider:{house.dan}:{house.intake}").set_value(house.moss).run()
    times_of(app)["Monday 2 March"].set_value(datetime(2026, 3, 2, 14)).run()
    clock.forward(minutes=6)
    book("2026-03-02T14:00")
    press(press(app, "Book"), "Ask a manager")
    assert any("Say why" in error.value for error in app.error)
    app.text_input(key="book0:ask:why").set_value("Acute")
    press(app, "Ask a manager")
    assert booking.WAITS_FOR in texts(app)
    links = open_page("today", "manager").get("page_link")
    assert "1 request waits for you" in [link.proto.label for link in links]


def test_a_double_click_books_once(signed_in, browser_state, record, house, desk):
    signed_in("front_desk")
    wish = {
        "client_id": house.ada, "provider_id": house.moss, "service_id": house.group, "location_id": house.location,
        "wall_start": "2026-03-02T11:00",
    }  # fmt: skip
    booking.book("book0", "Ada Birch", wish)
    booking.book("book0", "Ada Birch", wish)
    assert len(visits_on(record, desk, "2026-03-02")) == 1
    assert "refused:book:book0" not in browser_state


def test_a_late_entry_asks_for_its_reason(signed_in, browser_state, record, house, desk):
    signed_in("front_desk")
    wish = {
        "client_id": house.ada, "provider_id": house.moss, "service_id": house.visit, "location_id": house.location,
        "wall_start": "2026-02-27T11:00",
    }  # fmt: skip
    booking.book("book0", "Ada Birch", wish)
    assert browser_state["refused:book:book0"].rule == "reason_required"
    browser_state["book0:reason"] = "Walked in on Friday"
    booking.book("book0", "Ada Birch", wish)
    (row,) = visits_on(record, desk, "2026-02-27")
    assert row["is_late_entry"]


def new_client(app, given, family, **more):
    press(app, "New client")
    for name, value in {"given_name": given, "family_name": family, **more}.items():
        app.text_input(key=f"book0:{name}").set_value(value)
    return press(app, "Add client")


def test_a_new_client_is_added_without_leaving_the_page(open_page, record, house):
    app = open_page("new-visit", "front_desk")
    app.text_input(key="book0:search").set_value("edda lund").run()
    press(app, "New client")
    assert app.text_input(key="book0:family_name").value == "Lund"
    press(app, "Add client")
    assert "**Edda Lund**" in texts(app)
    # Nothing is known of her: the service for new clients is proposed.
    assert next(box for box in app.selectbox if box.label == "Service").value == house.intake


def test_a_refused_new_client_keeps_what_was_typed(open_page):
    app = new_client(open_page("new-visit", "front_desk"), "Edda", "Lund", phone="12")
    assert "not a phone number" in app.error[0].value
    assert app.text_input(key="book0:phone").value == "12"
    assert app.text_input(key="book0:given_name").value == "Edda"


def test_a_possible_duplicate_can_be_used(open_page, record, house):
    record.run(change_client, SYSTEM, client_id=house.dan, phone="+1 555 010 9999")
    app = new_client(open_page("new-visit", "front_desk"), "Daniel", "Ford", phone="+1 555 010 9999")
    assert "**Dan Ford**" in texts(app)
    press(app, "Use this one")
    assert app.session_state["book0:client"] == house.dan


def test_a_possible_duplicate_can_be_added_all_the_same(open_page, record, house, desk):
    record.run(change_client, SYSTEM, client_id=house.dan, phone="+1 555 010 9999")
    app = new_client(open_page("new-visit", "front_desk"), "Daniel", "Ford", phone="+1 555 010 9999")
    press(app, "It is another person: still add")
    with record.read() as reader:
        assert {row["name"] for row in people.search_clients(reader, desk, "ford")} == {"Dan Ford", "Daniel Ford"}


def slot(text, provider="prov-moss"):
    return {"wall_start": datetime.fromisoformat(text), "provider_id": provider}


def test_at_each_time_the_usual_provider_is_offered_where_free():
    slots = [slot("2026-03-02T10:00", "prov-reed"), slot("2026-03-02T10:00"), slot("2026-03-02T11:00", "prov-reed")]
    ((day, rows),) = open_days(slots, "prov-moss")
    assert day == date(2026, 3, 2)
    assert [row["provider_id"] for row in rows] == ["prov-moss", "prov-reed"]


def test_a_full_day_is_thinned_to_hours_and_half_hours():
    many = [slot(f"2026-03-02T{hour:02}:{minute:02}") for hour in range(9, 13) for minute in (0, 15, 30, 45)]
    assert {row["wall_start"].minute for row in thinned(many)} == {0, 30}
    few = many[1:4]
    assert thinned(few) == few


# --- several clients ---------------------------------------------------------------------------------------------------


def test_a_couple_is_booked_on_the_page_and_charged_on_the_one_who_is_named(open_page, record, house):
    couple = record.run(
        add_service, SYSTEM, name="Couple", duration_minutes=80, fee_minor=180_00, capacity=2,
        billing_unit="appointment",
    )["service_id"]  # fmt: skip
    record.run(assign_service, SYSTEM, provider_id=house.moss, service_id=couple)
    app = open_page("new-visit", "front_desk", client=house.ada, service=couple)
    times_of(app)["Tuesday 3 March"].set_value(datetime(2026, 3, 3, 10)).run()
    app.session_state["book0:others"] = [house.ben]
    app.run()
    app.selectbox(key=f"book0:identified:{house.ada}").set_value(house.ben).run()
    press(app, "Book")
    assert not app.exception
    with record.read() as reader:
        booked = reader.rows("select client_id, is_identified from attendees order by client_id")
    assert booked == [
        {"client_id": house.ada, "is_identified": False},
        {"client_id": house.ben, "is_identified": True},
    ]
    assert "Another visit for the same client" in labels(app)


def test_a_group_is_opened_on_the_page_before_anybody_is_in_it(open_page, record, house):
    app = open_page("new-visit", "front_desk")
    app.selectbox(key="book0:service:").set_value(house.group).run()
    times_of(app)["Tuesday 3 March"].set_value(datetime(2026, 3, 3, 10)).run()
    press(app, "Open the group without clients")
    assert not app.exception
    with record.read() as reader:
        assert reader.rows("select is_standing, capacity from appointments") == [{"is_standing": True, "capacity": 6}]
    assert "Another visit for the same client" not in labels(app)
