"""The flow board: who is where, for how long, one press for the next step, and the way back from a slip."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from dashboards.components.flow import acts
from dashboards.components.flow.cards import flow_board, initials
from practice.access.permissions import SYSTEM
from practice.clock import stored
from practice.people.commands import add_location
from practice.scheduling import flow_queries, kiosks
from practice.scheduling.attendance import record_arrival, start_visit
from practice.scheduling.flow import Thresholds

from .conftest import labels, press, texts


def heads(app):
    """The columns' titles with their counts."""
    return [
        str(one.value) for one in app.markdown if re.fullmatch(r"\*\*[A-Z][a-z ]+\*\* :gray\[\d+\]", str(one.value))
    ]


@pytest.fixture
def arrived(record, desk, clock, book, house):
    """Ada, here for ten since a quarter to, and Ben, expected by Tomas Reed."""
    ada = book("2026-03-02T10:00")
    ben = book("2026-03-02T10:00", client=house.ben, provider=house.reed)
    clock.to("2026-03-02T14:45")
    record.run(record_arrival, desk, attendee_id=ada["attendee_id"])
    clock.to("2026-03-02T15:12")
    return ada, ben


@pytest.mark.parametrize("role", ["front_desk", "provider", "manager", "owner", "biller"])
def test_the_page_starts_for_everybody_who_sees_the_schedule(open_page, arrived, role):
    app = open_page("flow", role)
    assert not app.exception
    assert heads(app)[0] == "**Arrived** :gray[1]"
    assert "waits 12 min" in texts(app)
    assert ("To Room 1" in labels(app)) is (role != "biller")


def test_one_press_for_each_next_step_and_an_undo(open_page, arrived, record, clock):
    app = open_page("flow", "front_desk")
    for label, counts in (("To Room 1", [0, 1, 0, 0]), ("Start", [0, 0, 1, 0]), ("Complete", [0, 0, 0, 1])):
        press(app, label)
        clock.forward(minutes=1)
        app.run()
        assert [int(head.split("[")[1][:-1]) for head in heads(app)] == counts
    press(app, "")  # the undo of the newest step
    assert heads(app)[2] == "**In session** :gray[1]"
    assert not app.exception


def test_who_is_expected_arrives_with_one_press(open_page, arrived, record, desk):
    app = open_page("flow", "front_desk")
    assert "Expected: 1, 1 late" in [one.label for one in app.expander]
    press(app, "Arrived")
    assert heads(app)[0] == "**Arrived** :gray[2]"


def test_another_desks_step_shows_with_the_next_beat(open_page, arrived, record, desk):
    app = open_page("flow", "front_desk")
    record.run(start_visit, desk, attendee_id=arrived[1]["attendee_id"])
    assert heads(app.run())[2] == "**In session** :gray[1]"


def test_a_refused_step_says_why_and_changes_nothing(open_page, arrived, monkeypatch):
    monkeypatch.setattr(acts, "GUARD_SECONDS", 0)  # nobody presses as fast as this test
    app = open_page("flow", "front_desk")
    press(app, "Arrived")
    press(app, "To Room 1")
    app.button(key=f"flow:{arrived[1]['attendee_id']}:arrived:room:room-1").click().run()
    assert "Ada Birch waits in Room 1" in texts(app)
    assert [head.split("[")[1] for head in heads(app)] == ["1]", "1]", "0]", "0]"]


def test_totals_follow_every_filter(open_page, arrived, record, house, desk):
    record.run(record_arrival, desk, attendee_id=arrived[1]["attendee_id"])
    other = record.run(add_location, SYSTEM, name="Mill Pond", zone="America/Chicago")["location_id"]
    app = open_page("flow", "front_desk")

    def shown(**filters):
        for key, value in filters.items():
            app.selectbox(key=f"flow:{key}").set_value(value).run()
        return heads(app)[0]

    assert shown() == "**Arrived** :gray[2]"
    assert shown(provider=house.moss) == "**Arrived** :gray[1]"
    assert shown(provider="all", location="all") == "**Arrived** :gray[2]"
    assert shown(location=other) == "**Arrived** :gray[0]"


def test_a_wall_shows_initials_and_nothing_to_press(open_page, arrived):
    app = open_page("flow", "front_desk")
    app.toggle(key="flow:wall").set_value(True).run()
    assert "**A. B.**" in texts(app)
    assert "Ada" not in texts(app)
    assert not [label for label in labels(app) if label]
    assert [initials(name) for name in ("Ada Marie Birch", "Cher", "", None)] == ["A. B.", "C.", "–", "–"]


def test_the_second_press_of_a_double_click_moves_nobody_else(signed_in, browser_state, record, arrived, desk):
    signed_in("front_desk")
    with record.read() as reader:
        rows = {row["attendee_id"]: row for row in flow_queries.in_the_house(reader, desk)}
    ada, ben = (rows[one["attendee_id"]] for one in arrived)
    acts.start(ada)
    acts.arrive(ben)
    with record.read() as reader:
        status = {row["client_id"]: row["status"] for row in flow_queries.in_the_house(reader, desk)}
    assert status == {ada["client_id"]: "in_session", ben["client_id"]: "scheduled"}


def test_the_kiosks_arrival_stands_on_the_board(record, house, owner, desk, clock, book):
    book("2026-03-02T10:00")
    clock.to("2026-03-02T14:50")
    made = kiosks.create_kiosk(record, owner, location_id=house.location, name="Door")
    with record.read() as reader:
        kiosk, tablet = kiosks.kiosk_of(reader, made["secret"])
    record.run(kiosks.check_in, tablet, kiosk_id=kiosk["kiosk_id"], name="Ada Birch", birth_date="1990-05-17")
    with record.read() as reader:
        rows = flow_queries.in_the_house(reader, desk)
    board = flow_board(rows, stored(clock()), Thresholds())
    assert board.counts == {"arrived": 1, "roomed": 0, "in_session": 0, "done": 0}
    assert board.columns["arrived"][0].minutes == "in time"
    assert board.expected == []
    assert rows[0]["arrived_at"] == datetime(2026, 3, 2, 14, 50)
