"""Set-up: what is missing stands on top, and each part adds with one short form."""

from __future__ import annotations

from datetime import date, time

import pytest

from dashboards.components.set_up.hours import _rows
from practice.access.permissions import SYSTEM
from practice.billing.by_itself import ByItself, by_itself
from practice.errors import Refusal
from practice.people import queries
from practice.people.commands import set_practice
from practice.scheduling.booking_queries import weekly_hours
from practice.scheduling.commands import book_appointment
from tests.dashboards.conftest import texts
from tests.dashboards.opening import commands, fill, open_empty, press, refusals, typed

PARTS = [
    "Places",
    "Services",
    "Providers",
    "Hours",
    "Absences",
    "Payers",
    "Payers' files",
    "Referral sources",
    "Rules",
    "Online booking",
    "Fees",
    "Cards",
    "Products",
    "Code lists",
    "Notes",
    "Automatic",
    "Calendars",
]


def show(app, part):
    app.pills(key="set_up_part").set_value(part)
    return app.run()


def asked(record, query):
    with record.read() as reader:
        return query(reader, SYSTEM)


@pytest.mark.parametrize("role", ["owner", "manager"])
def test_every_part_opens_for_each_role_that_sets_up(open_page, role):
    app = open_page("set-up", role)
    for part in PARTS:
        show(app, part)
        assert not app.exception, part
        assert not app.error, part


def test_every_part_opens_in_an_empty_practice(record, tmp_path, monkeypatch):
    app = open_empty(record, tmp_path, monkeypatch, "set-up", "owner")
    assert "**Next:** Name the practice" in texts(app)
    for part in PARTS:
        show(app, part)
        assert not app.exception, part


def test_an_own_practice_is_ready_to_book_after_five_short_forms(record, tmp_path, monkeypatch):
    record.run(set_practice, SYSTEM, name="Birch Lane", zone="Europe/Berlin", currency="EUR")
    app = open_empty(record, tmp_path, monkeypatch, "set-up", "owner")
    assert "**Next:** Add the location" in texts(app)
    press(fill(app, "Name of the location", "Birch Lane 1"), "Add location")
    assert asked(record, queries.locations)[0]["zone"] == "Europe/Berlin"
    press(fill(app, "Name of the room", "Blue"), "Add room")
    press(app, "Go to Services")
    fill(app, "Name of the service", "Session")
    press(fill(app, "Fee, EUR", "95,00".replace(",", ".")), "Add service")
    press(app, "Go to Providers")
    press(fill(app, "Name of the provider", "Dr. Ines Moss"), "Add provider")
    press(app, "Go to Hours")
    press(app, "Save the hours")
    assert "Everything that booking needs is there" in texts(app)
    with record.read() as reader:
        missing = {step["step"] for step in queries.setup_progress(reader) if not step["is_done"]}
    assert missing == {"staff", "client"}
    assert commands(record)[-5:] == ["add_location", "add_room", "add_service", "add_provider", "set_weekly_hours"]


def test_a_form_is_empty_after_a_success_and_full_after_a_refusal(open_page, record):
    app = open_page("set-up", "owner")
    press(fill(app, "Name of the location", "Elm Street"), "Add location")
    assert "already a location of that name" in refusals(app)[0]
    assert typed(app, "Name of the location") == "Elm Street"
    fill(app, "Address (on invoices)", "2 Oak Avenue")
    press(fill(app, "Name of the location", "Oak Avenue"), "Add location")
    assert not refusals(app)
    assert (typed(app, "Name of the location"), typed(app, "Address (on invoices)")) == ("", "")
    assert [row["address"] for row in asked(record, queries.locations)] == ["1 Elm Street", "2 Oak Avenue"]


def test_a_fee_that_is_no_amount_is_refused_and_stays(open_page, record):
    app = show(open_page("set-up", "owner"), "Services")
    fill(app, "Name of the service", "Supervision")
    press(fill(app, "Fee, USD", "ninety"), "Add service")
    assert "is not an amount" in refusals(app)[0]
    assert (typed(app, "Name of the service"), typed(app, "Fee, USD")) == ("Supervision", "ninety")
    press(fill(app, "Fee, USD", "90"), "Add service")
    added = next(row for row in asked(record, queries.services) if row["name"] == "Supervision")
    assert (added["fee_minor"], added["duration_minutes"], added["needs_room"]) == (90_00, 50, True)


def test_a_payer_and_what_it_allows(open_page, record, house):
    app = show(open_page("set-up", "owner"), "Payers")
    press(fill(app, "Name of the payer", "Lakeside Mutual"), "Add payer")
    assert "Lakeside Mutual" in [row["name"] for row in asked(record, queries.payers)]
    app.selectbox(key="contract:payer").set_value(house.payer).run()
    next(box for box in app.selectbox if box.label == "Service").set_value(house.intake)
    press(fill(app, "Allowed, USD", "180"), "Save the amount")
    with record.read() as reader:
        allowed = {row["service_id"]: row["allowed_minor"] for row in queries.contracts(reader, SYSTEM, house.payer)}
    assert allowed == {house.visit: 110_00, house.intake: 180_00}


def test_a_referral_source_is_added(open_page, record):
    app = show(open_page("set-up", "manager"), "Referral sources")
    press(fill(app, "Name of the source", "Dr. Park"), "Add referral source")
    assert commands(record)[-1] == "add_referral_source"


def test_hours_show_what_holds_and_begin_on_the_chosen_day(open_page, record, house):
    app = show(open_page("set-up", "owner"), "Hours")
    shown = app.data_editor[0].value
    assert list(shown["Day"]) == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
    assert (shown["From"][0], shown["To"][0]) == (time(9), time(17))
    app.session_state[app.data_editor[0].key] = {
        "edited_rows": {0: {"To": "12:00:00.000"}}, "added_rows": [], "deleted_rows": [4],
    }  # fmt: skip
    app.date_input(key="hours_from").set_value(date(2026, 3, 9))
    app.run()
    app.session_state[app.data_editor[0].key] = {
        "edited_rows": {0: {"To": "12:00:00.000"}}, "added_rows": [], "deleted_rows": [4],
    }  # fmt: skip
    press(app, "Save the hours")
    assert not refusals(app)
    with record.read() as reader:
        rows = [row for row in weekly_hours(reader, house.moss) if row["effective_from"] == date(2026, 3, 9)]
    assert {row["weekday"]: row["end_time"] for row in rows} == {1: time(12), 2: time(17), 3: time(17), 4: time(17)}


def test_past_weeks_are_not_rewritten(open_page, record):
    app = show(open_page("set-up", "owner"), "Hours")
    app.date_input(key="hours_from").set_value(date(2026, 2, 2)).run()
    press(app, "Save the hours")
    assert refusals(app)
    assert "set_weekly_hours" not in commands(record)


def test_a_row_of_hours_with_a_gap_is_refused(open_page):
    import pandas as pd

    with pytest.raises(Refusal, match="fill the gaps"):
        _rows(pd.DataFrame([{"Day": "Monday", "From": time(9), "To": None}]))
    empty = {"Day": None, "From": None, "To": None}
    assert _rows(pd.DataFrame([{"Day": "Monday", "From": time(9), "To": time(12)}, empty])) == [
        {"weekday": 1, "start": "09:00", "end": "12:00"}
    ]


def test_time_off_says_which_visits_it_hits(open_page, record, house, desk):
    record.run(
        book_appointment, desk, client_id=house.ada, provider_id=house.moss, service_id=house.visit,
        location_id=house.location, wall_start="2026-03-04T10:00",
    )  # fmt: skip
    app = show(open_page("set-up", "owner"), "Absences")
    app.date_input[0].set_value(date(2026, 3, 4))
    press(app, "Add time off")
    assert "**1 upcoming visit** is outside the hours now" in texts(app)
    assert "Ada Birch" in texts(app)
    assert commands(record)[-1] == "add_time_off"


def test_a_closed_day_in_the_past_is_refused_and_stays_typed(open_page):
    app = show(open_page("set-up", "owner"), "Absences")
    day = next(field for field in app.date_input if field.label == "Day")
    day.set_value(date(2026, 2, 2))
    fill(app, "Why", "Snow")
    press(app, "Add")
    assert "past days stay" in refusals(app)[0]
    assert typed(app, "Why") == "Snow"


def test_what_happens_by_itself_is_switched_on(open_page, record):
    app = show(open_page("set-up", "manager"), "Automatic")
    next(box for box in app.checkbox if box.label.startswith("Payers are asked")).check()
    next(box for box in app.number_input if box.label == "Days before the visit").set_value(5)
    press(app, "Save")
    with record.read() as reader:
        assert by_itself(reader) == ByItself(cover_days=5)
    next(box for box in app.checkbox if box.label.startswith("Payers are asked")).uncheck()
    press(app, "Save")
    with record.read() as reader:
        assert by_itself(reader) == ByItself()
