"""The Waitlist page: who sees it, what it says of free places, and what its buttons do."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta

import pytest

from dashboards.components.waitlist import bands, entry_form, free_places, hint, wording
from practice.access.permissions import SYSTEM
from practice.messages.settings import set_messages
from practice.people.commands import change_client
from practice.scheduling.commands import cancel_appointment
from practice.waitlist.entries import add_waitlist_entry
from practice.waitlist.model import Reason
from practice.waitlist.reading import entries_seen

from .conftest import labels, press, texts


@pytest.fixture
def wait(record, house, desk):
    def wait_(client, **wish):
        record.run(add_waitlist_entry, desk, client_id=client, service_id=house.visit, **wish)

    return wait_


@pytest.fixture
def freed(record, house, desk, book):
    """Tuesday at ten came free; messages are on."""
    record.run(set_messages, SYSTEM, is_on=True, public_url="https://elm.example")
    for key in ("ada", "ben"):
        record.run(change_client, SYSTEM, client_id=f"client-{key}", email=f"{key}@birch.example")
    visit = book("2026-03-03T10:00", client=house.dan)["appointment_id"]
    record.run(cancel_appointment, desk, reason="ill", appointment_id=visit, cancelled_by="client")
    return visit


def rows(record, sql):
    with record.read() as reader:
        return reader.rows(sql)


def entries(record, desk):
    with record.read() as reader:
        return entries_seen(reader, desk)


def with_drawer(app, entry=None):
    """Run the page with the drawer open: what a click does inside a drawer runs the drawer alone, in a browser."""
    app.session_state[entry_form.DRAWER] = ("wait1", entry or entry_form.LEAST)
    return app.run()


@pytest.mark.parametrize("role", ["front_desk", "manager", "owner"])
def test_the_page_starts_for_everybody_who_books(open_page, freed, wait, house, role):
    wait(house.ada, urgency=3)
    app = open_page("waitlist", role)
    assert not app.exception
    said = texts(app)
    assert "Tomorrow, 10:00–10:50" in said
    assert "freed by the client" in said
    assert "Offer it to Ada Birch" in labels(app)


@pytest.mark.parametrize("role", ["provider", "biller", "analyst"])
def test_nobody_else_reaches_it(open_page, role):
    assert "## Waitlist" not in texts(open_page("waitlist", role))


def test_an_empty_waitlist_says_what_it_is_for(open_page):
    app = open_page("waitlist", "front_desk")
    assert "Nothing has come free" in texts(app)
    app.segmented_control(key="waitlist:part").set_value("waiting").run()
    assert "Nobody waits" in texts(app)
    app.segmented_control(key="waitlist:part").set_value("offers").run()
    assert "Nothing has been offered yet" in texts(app)


def test_one_click_offers_a_place_and_the_desk_notes_an_answer(open_page, record, freed, wait, house):
    wait(house.ada, urgency=3)
    wait(house.ben)
    app = press(open_page("waitlist", "front_desk"), "Offer it")
    assert not app.exception
    assert rows(record, "select status from offers order by rank") == [{"status": "sent"}, {"status": "planned"}]
    assert "may answer until Today 09:30" in texts(app)
    app = press(app, "Takes it")
    assert not app.exception
    assert [row["channel"] for row in rows(record, "select channel from appointments where status = 'scheduled'")] == [
        "waitlist"
    ]
    assert "What became of them" in texts(app)
    assert "**Ada Birch** took it" in texts(app)


def test_the_desk_leaves_somebody_out_and_sees_why_each_fits(open_page, record, freed, wait, house):
    wait(house.ada, urgency=3)
    wait(house.ben)
    app = open_page("waitlist", "front_desk")
    app.session_state[f"place:{freed}:who"] = True
    app.run()
    assert "urgent · waits since today · has no visit yet · fills the whole time" in texts(app)
    app = press(app, "Leave out")
    press(app, "Offer it to Ben Alder")
    assert [row["client_id"] for row in rows(record, "select client_id from offers")] == [house.ben]


def test_a_place_that_somebody_took_meanwhile_is_refused_in_a_sentence(open_page, record, freed, wait, house, book):
    wait(house.ada)
    app = open_page("waitlist", "front_desk")
    book("2026-03-03T10:00", client=house.cora)
    app = press(app, "Offer it to Ada Birch")
    assert not app.exception
    assert rows(record, "select * from offer_rounds") == []


def test_somebody_is_put_on_the_waitlist_and_a_refusal_keeps_what_was_typed(open_page, record, house, wait):
    wait(house.ada)
    app = open_page("waitlist", "front_desk", client=house.ada, service=house.visit)
    assert not app.exception
    assert "Ada Birch" in texts(app)
    app.text_input(key="wait1:note").set_value("Mornings are best")
    app.button(key="wait1:keep").click()
    with_drawer(app)
    assert "waits for Follow-up already" in texts(app)
    assert app.text_input(key="wait1:note").value == "Mornings are best"
    app.selectbox(key="wait1:service").set_value(house.intake)
    app.segmented_control(key="wait1:urgency").set_value(3)
    with_drawer(app)
    app.button(key="wait1:keep").click()
    with_drawer(app)
    kept = rows(record, "select urgency, note, windows from waitlist_entries where service_id = 'svc-intake'")
    assert kept == [{"urgency": 3, "note": "Mornings are best", "windows": "[]"}]


def test_a_wish_is_changed_in_the_same_drawer(open_page, record, house, desk, wait):
    windows = [{"weekday": 1, "start": "09:00", "end": "12:00"}, {"weekday": 5, "start": "00:00", "end": "12:00"}]
    wait(house.ada, windows=windows)
    app = open_page("waitlist", "front_desk")
    app.segmented_control(key="waitlist:part").set_value("waiting").run()
    assert r"Mon 09\:00–12\:00; Fri until 12\:00" in texts(app)
    app = press(app, "Change")
    app.time_input(key="wait1:band0:until").set_value(time(11))
    with_drawer(app, entry=entries(record, desk)[0])
    app.button(key="wait1:keep").click()
    with_drawer(app, entry=entries(record, desk)[0])
    assert not app.exception
    kept = json.loads(rows(record, "select windows from waitlist_entries")[0]["windows"])
    assert kept == [{"weekday": 1, "start": "09:00", "end": "11:00"}, windows[1]]


def test_the_owner_says_how_places_are_offered(open_page, record):
    app = open_page("waitlist", "owner")
    app.segmented_control(key="waitlist:mode").set_value("automatic").run()
    app.number_input(key="waitlist:batch").set_value(3).run()
    app = press(app, "Keep")
    assert not app.exception
    kept = json.loads(rows(record, "select value from settings where name = 'waitlist'")[0]["value"])
    assert (kept["mode"], kept["batch_size"], kept["answer_minutes"]) == ("automatic", 3, 30)
    assert "of themselves three minutes after" in texts(app)


def test_any_free_time_is_offered_by_hand(open_page, record, freed, wait, house):
    wait(house.ada)
    app = open_page("waitlist", "front_desk")
    app.session_state["waitlist:by_hand"] = True
    app.run()
    app.selectbox(key="offer:by_hand:service").set_value(house.visit).run()
    app.selectbox(key=f"offer:by_hand:provider:{house.visit}").set_value(house.reed).run()
    app.selectbox(key="offer:by_hand:time").set_value(datetime(2026, 3, 4, 9)).run()
    app = press(app, "Offer it to whom it fits")
    assert not app.exception
    assert rows(record, "select provider_id, wall_start, freed_by from offer_rounds") == [
        {"provider_id": house.reed, "wall_start": datetime(2026, 3, 4, 9), "freed_by": "hand"}
    ]


def test_the_place_that_the_desk_came_for_stands_first(open_page, record, freed, wait, house, desk, book):
    visit = book("2026-03-05T14:00", client=house.dan)["appointment_id"]
    record.run(cancel_appointment, desk, reason="ill", appointment_id=visit, cancelled_by="client")
    wait(house.ada)
    app = open_page("waitlist", "front_desk", place=visit)
    said = texts(app)
    assert said.index("Thu 5 Mar, 14:00") < said.index("Tomorrow, 10:00")


# --- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "begin", "until", "found"),
    [
        ([], None, None, []),
        ([2], None, None, [{"weekday": 2, "start": "00:00", "end": "23:59"}]),
        ([5, 1], time(9), time(12), [
            {"weekday": 1, "start": "09:00", "end": "12:00"}, {"weekday": 5, "start": "09:00", "end": "12:00"},
        ]),
    ],
)  # fmt: skip
def test_chosen_times_become_windows(days, begin, until, found):
    assert bands.windows_of(days, begin, until) == found


def test_times_without_a_day_mean_every_day():
    assert [row["weekday"] for row in bands.windows_of([], time(16), None)] == [1, 2, 3, 4, 5, 6, 7]


def test_reasons_are_said_in_plain_words():
    reasons = [
        Reason("urgency", 3, 200), Reason("waited_days", 24, 24), Reason("earlier_days", 9, 9),
        Reason("filled_percent", 50, 7),
    ]  # fmt: skip
    assert (
        wording.reasons(reasons) == "urgent · has waited 3 weeks · 9 days earlier than booked · fills 50 % of the time"
    )
    assert wording.points(reasons).endswith("9 days earlier than booked 9 + fills 50 % of the time 7")
    assert wording.reasons([reason._asdict() for reason in reasons]) == wording.reasons(reasons)


def test_a_wish_in_a_line():
    entry = {
        "windows": [{"weekday": day, "start": "09:00", "end": "12:00"} for day in (1, 2)], "providers": ["Dr. Moss"],
        "locations": [], "earliest_date": date(2026, 3, 9), "expires_date": date(2026, 5, 1), "notice_minutes": 1440,
    }  # fmt: skip
    said = wording.wish(entry, date(2026, 3, 2))
    assert said == "Mon, Tue 09:00–12:00 · with Dr. Moss · from Mon 9 Mar · until Fri 1 May · 1 day notice"


def test_how_long_ago():
    now = datetime(2026, 3, 2, 12)
    spans = (timedelta(seconds=20), timedelta(minutes=5), timedelta(hours=3), timedelta(days=2))
    assert [wording.ago(now - span, now) for span in spans] == [
        "just now",
        "5 minutes ago",
        "3 hours ago",
        "2 days ago",
    ]


def test_the_order_of_the_desk_goes_before_the_reckoned_one(browser_state):
    from practice.waitlist.model import Ranked
    from tests.practice.test_waitlist_model import waiting

    fitting = [Ranked(waiting(entry_id=key), 0, ()) for key in ("a", "b", "c", "d")]
    free_places._ask_first("place", "c")
    free_places._ask_first("place", "d")
    free_places._leave_out("place", "a")
    assert [one.entry.entry_id for one in free_places.ordered("place", fitting)] == ["d", "c", "b"]


# --- the ways here ---------------------------------------------------------------------------------------------------


def test_after_cancelling_the_calendar_says_who_waits_for_the_place(open_page, record, freed, wait, house):
    app = open_page("today", "front_desk")
    app.session_state[hint.HINT] = freed
    assert "for the place of" not in texts(app.run())
    wait(house.ada)
    wait(house.ben)
    app.run()
    assert not app.exception
    assert "**2 people wait** for the place of Tomorrow 10:00" in texts(app)
    press(app, "Not now")
    assert "for the place of" not in texts(app.run())


def test_cancelling_in_the_drawer_remembers_whose_place_it_was(signed_in, browser_state, book):
    from dashboards.components.desk import acts

    signed_in("front_desk")
    visit = book("2026-03-03T10:00")
    browser_state["form:reason"] = "ill"
    row = {
        "appointment_id": visit["appointment_id"], "attendee_id": None, "capacity": 1, "client_name": "Ada Birch",
        "wall_start": datetime(2026, 3, 3, 10),
    }  # fmt: skip
    acts.cancel(row, form="form")
    assert browser_state[hint.HINT] == visit["appointment_id"]


def test_the_booking_form_leads_here_with_the_client_and_the_service(open_page, house):
    app = open_page("new-visit", "front_desk", client=house.ada)
    link = next(link for link in app.main if "waitlist" in str(getattr(link.proto, "label", "")))
    assert link
