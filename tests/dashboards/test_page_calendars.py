"""Calendars on Set-up and on a provider's own page: links shown once, files with their report, time that is blocked."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from dashboards.components.calendar import Selection
from dashboards.components.desk import blocks, day
from dashboards.components.desk.place import desk_of
from dashboards.components.set_up import calendar_imports
from dashboards.components.set_up.calendar_imports import bring_in
from practice.calendars.feeds import feed_behind
from practice.calendars.importing import add_external_calendar, calendars_of
from practice.scheduling.block_queries import blocks_of_days, coming_blocks
from tests.dashboards.conftest import texts
from tests.dashboards.opening import commands, fill, press, refusals, select
from tests.practice.test_calendar_files import WEEKLY, calendar, event


def show(app, part):
    app.pills(key="set_up_part").set_value(part)
    return app.run()


def fresh_link(app):
    return next((code.value for code in app.code if "/calendar/" in code.value), None)


def test_a_link_is_shown_once_opens_the_feed_and_is_revoked(open_page, record, book):
    book("2026-03-03T10:00")
    app = show(open_page("set-up", "owner"), "Calendars")
    app.selectbox(key="calendar_link:detail").set_value("initials")
    press(app, "Make link")
    link = fresh_link(app)
    secret = link.rsplit("/", 1)[1].removesuffix(".ics")
    with record.read() as reader:
        assert [entry.summary for entry in feed_behind(reader, secret).entries] == ["AB"]
    press(app, "I have copied it")
    assert fresh_link(app) is None
    press(select(app, "calendar_links:table", 0), "Revoke this link")
    with record.read() as reader:
        assert feed_behind(reader, secret) is None
    assert commands(record)[-2:] == ["make_calendar_feed", "revoke_calendar_feed"]
    assert not app.exception


def test_a_provider_has_a_page_of_their_own_with_their_own_calendar(open_page, record, house, owner):
    app = open_page("my-calendars", "provider")
    assert not app.exception
    assert "My calendars" in texts(app)
    assert list(app.selectbox(key="calendar_link:scope").options) == ["Dr. Ines Moss"]
    press(app, "Make link")
    assert fresh_link(app)
    press(fill(app, "Name of the calendar", "Private"), "Add calendar")
    app.file_uploader[0].set_value(
        (
            "private.ics",
            calendar(event(WEEKLY, "SUMMARY:Dentist"), event("RRULE:FREQ=NEVER", uid="two")),
            "text/calendar",
        )
    )
    press(app.run(), "Import")
    assert "2 events: 1 busy, 1 not understood" in texts(app)
    with record.read() as reader:
        assert len(blocks_of_days(reader, owner, "2026-03-01", "2026-04-01", house.location)) == 3


def test_a_file_that_is_none_is_refused_where_one_looks_and_the_page_keeps_its_place(open_page, record, house, owner):
    record.run(add_external_calendar, owner, provider_id=house.moss, name="Private")
    app = show(open_page("set-up", "owner"), "Calendars")
    app.file_uploader[0].set_value(("letter.ics", b"Dear all", "text/calendar"))
    press(app.run(), "Import")
    assert refusals(app) == ["This file holds no calendar; choose a file that ends in .ics."]
    press(fill(app, "Name of the calendar", "Private"), "Add calendar")
    assert "a calendar of that name" in " ".join(refusals(app))


def test_visits_in_busy_time_are_listed_with_the_zone(open_page, record, house, owner, book):
    book("2026-03-03T10:00")
    record.run(add_external_calendar, owner, provider_id=house.moss, name="Private")
    app = show(open_page("set-up", "owner"), "Calendars")
    app.file_uploader[0].set_value(("private.ics", calendar(event(WEEKLY)), "text/calendar"))
    press(app.run(), "Import")
    assert "1 visit stands" in texts(app)
    assert "Ada Birch" in texts(app)
    assert "New York time (America/New_York)" in texts(app)
    press(app, "Remove this calendar")
    with record.read() as reader:
        assert calendars_of(reader, owner) == []


def test_a_double_click_imports_once(browser_state, signed_in, record, house, owner):
    del browser_state
    person = signed_in("provider")
    made = record.run(add_external_calendar, owner, provider_id=house.moss, name="Private")["external_calendar_id"]
    calls = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calendar_imports, "begin_anew", lambda *names: calls.append(names))
        for _ in range(2):
            bring_in(person, made, calendar(event(WEEKLY)), "load")
    assert commands(record).count("load_calendar") == 1
    assert len(calls) == 2


def test_time_is_blocked_from_set_up_and_given_back(open_page, record, house, owner, book):
    book("2026-03-04T10:00")

    def blocked(*times, form):
        press(app, "Block time")
        app.date_input(key=f"{form}:day").set_value(date(2026, 3, 4))
        for name, at in zip(("from", "to"), times, strict=True):
            app.time_input(key=f"{form}:{name}").set_value(at)
        app.text_input(key=f"{form}:title").set_value("Team meeting")
        press(app, "Block this time")
        with record.read() as reader:
            return [row["label"] for row in blocks_of_days(reader, owner, "2026-03-04", "2026-03-04", house.location)]

    app = show(open_page("set-up", "owner"), "Absences")
    assert blocked(time(10), time(12), form="blocked1") == []
    assert app.session_state["refused:blocked1"].rule == "visits_standing"
    assert blocked(time(13), time(14), form="blocked2") == ["Team meeting"]
    press(select(app.run(), "blocked:table", 0), "Change or free this time")
    assert "New York time (America/New_York)" in texts(app)
    press(app, "Give the time back")
    with record.read() as reader:
        assert coming_blocks(reader, owner) == []
    assert not app.exception


def test_visits_are_kept_in_blocked_time_only_on_purpose(browser_state, signed_in, record, house, book):
    book("2026-03-04T10:00")
    desk = desk_of(signed_in("front_desk"))
    browser_state |= {
        "b:resource": ("provider", house.moss), "b:kind": "meeting", "b:day": date(2026, 3, 4), "b:last": None,
        "b:from": time(9), "b:to": time(0), "b:title": " Away ",
    }  # fmt: skip
    blocks._add("b", desk)
    assert "b:done" not in browser_state
    assert browser_state["refused:b"].rule == "visits_standing"
    blocks._add("b", desk, over_visits=True)
    assert browser_state["b:done"]
    assert browser_state["messages"] == [("success", "The time is blocked. 1 visit stays in it, to be moved.")]
    with record.read() as reader:
        (row,) = coming_blocks(reader, desk.person)
    assert (row["title"], f"{row['wall_end']:%Y-%m-%d %H:%M}") == ("Away", "2026-03-05 00:00")


def test_a_free_place_of_the_calendar_is_blocked_and_the_block_opens_there(open_page, record, house, owner):
    app = open_page("today", "front_desk")
    app.session_state[day.DRAWER] = ("booking", Selection(datetime(2026, 3, 2, 14), None, house.moss), "drawer1")
    press(app.run(), "Block this time instead")
    app.time_input(key="drawer1:blocking:to").set_value(time(15))
    press(app, "Block this time")
    with record.read() as reader:
        (row,) = coming_blocks(reader, owner)
        assert reader.value("select count(*) from holds where outcome is null") == 0
    assert (row["resource_id"], f"{row['wall_start']:%H:%M}–{row['wall_end']:%H:%M}") == (house.moss, "14:00–15:00")
    app.session_state[day.DRAWER] = ("block", row["block_id"])
    press(app.run(), "Give the time back")
    with record.read() as reader:
        assert coming_blocks(reader, owner) == []
    assert not app.exception
