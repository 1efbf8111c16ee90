"""/calendar/<secret>.ics: a link opens its feed to whoever has it, cheaply; every other address says the same nothing."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from icalendar import Calendar
from starlette.applications import Starlette
from starlette.middleware import Middleware

from dashboards import runtime
from dashboards.http import calendars
from dashboards.http.gate import Gate, RateLimit
from dashboards.server import ROUTES
from practice.access.permissions import SYSTEM
from practice.calendars.feeds import hash_of, make_calendar_feed, new_secret, revoke_calendar_feed
from practice.home import Home
from practice.scheduling.commands import book_appointment
from tests.dashboards.browser import Browser


@pytest.fixture
def link(record, house, desk, tmp_path, monkeypatch):
    """Somebody outside with the link to Dr. Moss's feed, in which one visit stands."""
    home = Home(tmp_path / "home")
    home.create()
    runtime.start(home, record)
    monkeypatch.setattr(calendars, "_calls", RateLimit(limit=120, seconds=60))
    record.run(book_appointment, desk, client_id=house.ada, provider_id=house.moss, service_id=house.visit,
               location_id=house.location, wall_start="2026-03-03T10:00")  # fmt: skip
    secret = new_secret()
    made = record.run(make_calendar_feed, SYSTEM, scope="provider", scope_id=house.moss, detail="initials",
                      token_hash=hash_of(secret))  # fmt: skip
    browser = Browser(Starlette(routes=ROUTES, middleware=[Middleware(Gate)]))
    return SimpleNamespace(browser=browser, path=f"/calendar/{secret}.ics", feed_id=made["calendar_feed_id"])


def test_a_link_gives_a_calendar_without_a_session(link):
    answer = link.browser.get(link.path)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert [str(event["SUMMARY"]) for event in Calendar.from_ical(answer.body).walk("VEVENT")] == ["AB"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "private" in answer.headers["cache-control"]


def test_who_has_it_already_gets_no_body(link, record, house, desk, clock):
    first = link.browser.get(link.path).headers
    clock.forward(hours=1)
    for known in (
        {"if-none-match": first["etag"]},
        {"if-none-match": f'"other", W/{first["etag"]}'},
        {"if-modified-since": first["last-modified"]},
    ):
        answer = link.browser.get(link.path, **known)
        assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", first["etag"])
    assert link.browser.get(link.path, **{"if-modified-since": "yesterday"}).status == 200
    record.run(book_appointment, desk, client_id=house.ben, provider_id=house.moss, service_id=house.visit,
               location_id=house.location, wall_start="2026-03-04T10:00")  # fmt: skip
    for known in ({"if-none-match": first["etag"]}, {"if-modified-since": first["last-modified"]}):
        assert link.browser.get(link.path, **known).status == 200


def test_with_the_day_the_window_moves_so_the_time_of_change_does_too(link, clock):
    first = link.browser.get(link.path).headers
    clock.forward(days=1)
    assert link.browser.get(link.path, **{"if-modified-since": first["last-modified"]}).status == 200


def test_unknown_revoked_and_mistyped_links_are_one_answer(link, record):
    unknown = link.browser.get(f"/calendar/{new_secret()}.ics")
    mistyped = link.browser.get("/calendar/%00%ff.ics")
    record.run(revoke_calendar_feed, SYSTEM, calendar_feed_id=link.feed_id)
    revoked = link.browser.get(link.path)
    assert unknown.status == 404
    for other in (mistyped, revoked):
        assert (other.status, other.headers, other.body) == (404, unknown.headers, unknown.body)


def test_a_caller_who_asks_too_often_is_told_to_wait(link, monkeypatch):
    monkeypatch.setattr(calendars, "_calls", RateLimit(limit=2, seconds=60))
    assert [link.browser.get(link.path).status for _ in range(3)] == [200, 200, 429]
