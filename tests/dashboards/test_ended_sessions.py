"""A session that ended ends everywhere: in an open drawer, and on a screen that only keeps itself up to date."""

from __future__ import annotations

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import session
from practice.access.permissions import SYSTEM
from practice.access.queries import users
from practice.access.users import revoke_sessions
from tests.dashboards.opening import fill, press


def drawer():
    """The drawer of the Users page, as its button opens it."""
    from dashboards.components.user_forms import add_user_form

    add_user_form.__wrapped__()


def test_a_drawer_that_is_still_open_adds_nobody_once_the_session_has_ended(running, signed_in):
    owner = signed_in("owner")
    app = AppTest.from_function(drawer, default_timeout=30).run()
    fill(app, "Name", "Mallory Late")
    fill(app, "E-mail", "late@elm.example")
    fill(app, "First password", "four quiet herons wade")
    running.record.run(revoke_sessions, SYSTEM, user_id=owner.user_id)
    press(app, "Add")
    with running.record.read() as reader:
        assert [row["email"] for row in users(reader, SYSTEM)] == ["owner@elm.example"]


@pytest.fixture
def last_seen(running):
    """When the one session was last seen."""

    def look():
        with running.record.read() as reader:
            return reader.value("select last_seen_at from sessions")

    return look


def test_a_screen_that_nobody_touches_grows_idle(running, open_page, last_seen):
    app = open_page("today", "front_desk")
    a_while = timedelta(minutes=10)
    running.record.housekeeping("update sessions set last_seen_at = last_seen_at - ?", a_while)
    before = last_seen()
    app.run()  # AppTest has no beats: the frame around the page counts as a click
    assert last_seen() > before
    running.record.housekeeping("update sessions set last_seen_at = last_seen_at - ?", a_while)
    before = last_seen()
    assert session.actor(is_present=False).role == "front_desk"
    assert last_seen() == before


def test_leafing_on_counts_as_being_there_and_a_beat_does_not(browser_state):
    from dashboards.components.desk import day

    assert day._has_looked_around()
    assert not day._has_looked_around()
    browser_state[day.DAY] = "another day"
    assert day._has_looked_around()
    assert not day._has_looked_around()
