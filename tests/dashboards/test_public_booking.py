"""Booking by a stranger on a phone: what they see, what they may, and what they never learn."""

from __future__ import annotations

import re
from html import unescape

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from dashboards import runtime
from dashboards.http.gate import Gate, RateLimit
from dashboards.http.public import guard
from dashboards.server import ROUTES
from practice.access.permissions import SYSTEM
from practice.home import Home
from practice.online.setup import set_online_booking
from practice.people.commands import change_client, change_location, change_provider, change_service
from practice.scheduling.booking_rules import set_booking_rule
from tests.dashboards.browser import Browser
from tests.words import names_in

ADA = {
    "given_name": "Ada",
    "family_name": "Birch",
    "email": "ada@birch.example",
    "phone": "",
    "birth_date": "1990-05-17",
}


@pytest.fixture
def door(record, house, tmp_path, monkeypatch):
    """The furnished practice with its public page open: follow-ups to book, intakes for new clients, groups to ask for."""
    home = Home(tmp_path / "home")
    home.create()
    runtime.start(home, record)
    for name in ("looks", "holds", "bookings", "changes", "guesses"):
        monkeypatch.setattr(guard, name, RateLimit(limit=10_000, seconds=60))
    monkeypatch.setattr(guard, "SHORTEST_SECONDS", 0.0)
    record.run(change_location, SYSTEM, location_id=house.location, slug="elm-street", phone="+1 555 010 0100")
    record.run(change_service, SYSTEM, service_id=house.visit, online="bookable", description="Fifty minutes of talk.")
    record.run(change_service, SYSTEM, service_id=house.intake, online="bookable", modes="in_person")
    record.run(change_service, SYSTEM, service_id=house.group, online="contact")
    return Starlette(routes=ROUTES, middleware=[Middleware(Gate)])


@pytest.fixture
def phone(door):
    return Browser(door)


def fields(page) -> dict[str, str]:
    """The hidden fields of the page's form."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    return {name: unescape(value) for name, value in found}


def said(page) -> str:
    """What a page refuses with."""
    return unescape(page.text.split('role="alert"')[1].split(">")[1].split("<")[0])


def pick(browser, house, start="2026-03-03T10:00", provider="", service=None, mode="in_person"):
    """Tap a time; the page of details."""
    service = service or house.visit
    answer = browser.post(
        "/book/elm-street/hold", {"service": service, "provider": provider, "mode": mode, "start": start}
    )
    assert answer.status == 303, said(answer)
    return browser.get(answer.headers["location"])


def details_path(house, service=None):
    return f"/book/elm-street/{service or house.visit}/details"


def send(browser, house, page, service=None, **typed):
    return browser.post(details_path(house, service), fields(page) | ADA | typed)


def attendees(record):
    with record.read() as reader:
        return reader.rows(
            "select t.*, a.wall_start, a.provider_id, a.channel from attendees t join appointments a using (appointment_id) order by booked_at"
        )


def test_from_the_practices_page_to_a_booked_visit_in_four_taps(phone, house, record):
    assert phone.get("/book").headers["location"] == "/book/elm-street"
    menu = phone.get("/book/elm-street")
    assert "Follow-up" in menu.text
    assert "Your first visit here" in menu.text
    times = phone.get(f"/book/elm-street/{house.visit}")
    assert "New York time (America/New_York)" in times.text
    assert 'value="2026-03-02T09:15"' in times.text
    page = pick(phone, house)
    assert "Kept for you until <strong>09:10</strong>" in page.text
    done = send(phone, house, page)
    assert done.status == 303
    visit = phone.get(done.headers["location"])
    assert "You are booked" in visit.text
    assert f"http://practice.example{done.headers['location'].split('?')[0]}</a>" in visit.text
    assert 'Tuesday 3 March, <span class="together">10:00–10:50</span>' in visit.text
    assert "New York time" in visit.text
    assert [row["channel"] for row in attendees(record)] == ["online"]


# What is not offered


def test_what_is_hidden_or_by_arrangement_cannot_be_booked_by_guessing_either(phone, house, record):
    menu = phone.get("/book/elm-street")
    assert 'href="tel:+15550100100"' in menu.text
    record.run(change_service, SYSTEM, service_id=house.intake, online="hidden")
    assert "Intake" not in phone.get("/book/elm-street").text
    unknown = phone.get("/book/elm-street/no-such-service")
    for service in (house.intake, house.group):
        path = f"/book/elm-street/{service}"
        assert (phone.get(path).status, phone.get(path).text) == (404, unknown.text)
        form = {"service": service, "mode": "in_person", "start": "2026-03-03T10:00"}
        assert phone.post("/book/elm-street/hold", form).text == unknown.text
        assert phone.get(f"{path}/details?start=2026-03-03T10:00").text == unknown.text
        assert phone.post(f"{path}/details", ADA | {"start": "2026-03-03T10:00"}).text == unknown.text
    assert attendees(record) == []


def test_a_location_without_an_address_has_no_page(phone, house, record):
    record.run(change_location, SYSTEM, location_id=house.location, slug=None)
    assert phone.get("/book").status == 404
    assert phone.get("/book/elm-street").status == 404
    assert phone.post("/book/elm-street/hold", {"service": house.visit, "start": "2026-03-03T10:00"}).status == 404


def test_a_provider_who_is_not_online_is_neither_shown_nor_booked(phone, house, record):
    record.run(change_provider, SYSTEM, provider_id=house.moss, is_online=False)
    assert "Moss" not in phone.get(f"/book/elm-street/{house.visit}").text
    form = {"service": house.visit, "provider": house.moss, "mode": "in_person", "start": "2026-03-03T10:00"}
    assert phone.post("/book/elm-street/hold", form).status == 409
    page = pick(phone, house)
    assert "Tomas Reed" in page.text


def test_anyone_is_who_has_the_emptiest_day_and_the_trail_says_out_of_whom(phone, house, record, book):
    book("2026-03-03T14:00", client=house.ben)  # with Dr. Moss
    assert "Tomas Reed" in pick(phone, house).text
    with record.read() as reader:
        entry = reader.one("select result from audit_entries where command = 'hold_online'")
    assert f'"considered": ["{house.reed}", "{house.moss}"]' in entry["result"]


def test_the_rules_for_online_booking_bound_what_is_shown_and_what_is_booked(phone, house, record):
    for rule, value in (("notice_minutes", 26 * 60), ("window_days", 2)):
        record.run(set_booking_rule, SYSTEM, rule=rule, value=value, audience="online", effective_from="2026-03-02")
    times = phone.get(f"/book/elm-street/{house.visit}").text
    assert 'value="2026-03-03T10:45"' not in times
    assert 'value="2026-03-03T11:00"' in times
    assert 'value="2026-03-05T' not in times
    for start, sentence in (("2026-03-03T10:45", "too soon"), ("2026-03-05T10:00", "too far ahead")):
        form = {"service": house.visit, "provider": house.moss, "mode": "in_person", "start": start}
        answer = phone.post("/book/elm-street/hold", form)
        assert (answer.status, sentence in said(answer)) == (409, True), said(answer)


# Looking, typing, sending


def test_a_look_changes_nothing(phone, house, record, door):
    done = send(phone, house, pick(phone, house))
    with record.read() as reader:
        before = reader.value("select count(*) from audit_entries")
    pages = [
        "/book",
        "/book/elm-street",
        f"/book/elm-street/{house.visit}",
        details_path(house) + "?start=2026-03-03T11:00",
    ]
    visit = done.headers["location"].split("?")[0]
    pages += [visit, f"{visit}/move", f"{visit}/move?start=2026-03-04T10:00", f"{visit}/cancel", f"{visit}/visit.ics"]
    for page in pages:
        assert phone.get(page).status in (200, 303), page
    with record.read() as reader:
        assert reader.value("select count(*) from audit_entries") == before


def test_sent_twice_it_is_booked_once_and_shows_the_same_page(phone, house, record):
    page = pick(phone, house)
    first, second = send(phone, house, page), send(phone, house, page)
    assert first.headers["location"] == second.headers["location"]
    changed = send(phone, house, page, given_name="Adelaide")
    assert changed.headers["location"].split("?")[0] == first.headers["location"].split("?")[0]
    assert len(attendees(record)) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"website": "https://spam.example"}, "Leave the field “Website” empty"),
        ({"family_name": ""}, "The family name is missing"),
        ({"email": "nowhere"}, "not an e-mail address"),
        ({"email": "", "phone": ""}, "Give an e-mail address or a phone number"),
        ({"birth_date": "2099-01-01"}, "in the future"),
    ],
)
def test_a_refused_form_keeps_what_was_typed_and_says_why(phone, house, record, typed, sentence):
    page = pick(phone, house)
    answer = send(phone, house, page, **typed)
    assert answer.status == 422
    assert sentence in said(answer)
    assert 'value="Ada"' in answer.text
    assert "Kept for you" in answer.text
    assert attendees(record) == []
    assert send(phone, house, answer).status == 303


def test_robots_are_too_quick_and_forge_no_stamp(phone, house, record, monkeypatch):
    monkeypatch.setattr(guard, "SHORTEST_SECONDS", 60.0)
    page = pick(phone, house)
    assert "very quick" in said(send(phone, house, page))
    assert "once more" in said(send(phone, house, page, at="0.0"))
    assert attendees(record) == []


def test_a_form_of_another_site_and_one_too_many_are_refused(phone, house, record, monkeypatch):
    page = pick(phone, house)
    foreign = phone.post(details_path(house), fields(page) | ADA, sec_fetch_site="cross-site")
    assert (foreign.status, 'value="Ada"' in foreign.text) == (403, True)
    monkeypatch.setattr(guard, "bookings", RateLimit(limit=1, seconds=60))
    assert send(phone, house, page).status == 303
    late = send(phone, house, page)
    assert late.status == 429
    assert "what you typed is kept" in late.text
    assert len(attendees(record)) == 1


def test_the_birth_date_is_asked_of_everybody_where_the_practice_says_so(phone, house, record):
    record.run(set_online_booking, SYSTEM, is_birth_date_needed=True)
    answer = send(phone, house, pick(phone, house), birth_date="")
    assert "date of birth is missing" in said(answer)


# The time that is kept


def test_a_kept_time_is_nobody_elses_until_it_runs_out(phone, house, record, door, clock):
    pick(phone, house, provider=house.moss)
    other = Browser(door, host="198.51.100.2")
    form = {"service": house.visit, "provider": house.moss, "mode": "in_person", "start": "2026-03-03T10:00"}
    refused = other.post("/book/elm-street/hold", form)
    assert refused.status == 409
    assert said(refused) == "That time has just been taken; choose another one."
    clock.forward(minutes=11)
    assert other.post("/book/elm-street/hold", form).status == 303


def test_a_browser_keeps_one_time_and_another_tap_gives_the_first_back(phone, house, door):
    pick(phone, house, provider=house.moss)
    pick(phone, house, provider=house.moss, start="2026-03-03T12:00")
    pick(Browser(door), house, provider=house.moss)


def test_a_time_that_ran_out_and_is_free_is_booked_all_the_same(phone, house, record, clock):
    page = pick(phone, house)
    clock.forward(minutes=11)
    done = send(phone, house, page)
    assert "it was still free" in phone.get(done.headers["location"]).text


def test_a_time_that_ran_out_and_is_gone_is_told_and_the_nearest_ones_are_offered(phone, house, record, clock, door):
    page = pick(phone, house, provider=house.moss)
    address = f"{details_path(house)}?" + "&".join(
        f"{name}={fields(page)[name]}" for name in ("provider", "start", "hold")
    )
    clock.forward(minutes=11)
    send(
        other := Browser(door),
        house,
        pick(other, house, provider=house.moss),
        given_name="Ben",
        email="ben@alder.example",
    )
    again = phone.get(address)
    assert "kept for you for 10 minutes, which are over" in said(again)
    refused = send(phone, house, page)
    assert refused.status == 422
    assert "which are over. That time has just been taken" in said(refused)
    assert 'value="ada@birch.example"' in refused.text
    offered = re.findall(r'type="radio" name="start" value="([^"]+)"( checked)?', refused.text)
    assert len(offered) >= 3
    chosen = next(start for start, checked in offered if checked)
    assert send(phone, house, refused, start=chosen).status == 303
    assert f"{attendees(record)[-1]['wall_start']:%Y-%m-%dT%H:%M}" == chosen


# Whom it is for


def is_new(record, attendee) -> bool:
    with record.read() as reader:
        return bool(reader.value("select 1 from client_reviews where client_id = ?", attendee["client_id"]))


def test_a_client_is_found_by_name_birth_date_and_contact_together_and_nobody_hears_of_it(phone, house, record, door):
    record.run(change_client, SYSTEM, client_id=house.ada, email="Ada@Birch.example")
    answers = []
    for start, typed in [
        ("2026-03-03T09:00", {"given_name": "ada", "family_name": "BIRCH"}),
        ("2026-03-03T11:00", {"email": "other@birch.example"}),
        ("2026-03-03T13:00", {"birth_date": "1990-05-18"}),
        ("2026-03-03T15:00", {"birth_date": ""}),
    ]:
        done = send(phone, house, pick(phone, house, start=start, provider=house.moss), **typed)
        page = phone.get(done.headers["location"])
        answers.append((done.status, re.sub(r"/visit/\w+|\d\d:\d\d|March, ", "", page.text)))
    assert len(set(answers)) == 1
    assert [row["client_id"] == house.ada for row in attendees(record)] == [True, False, False, False]
    with record.read() as reader:
        reviews = reader.rows("select * from client_reviews order by made_at, client_review_id")
    assert [house.ada in row["resembles"] for row in reviews] == [True, True, True]


def test_a_client_whom_the_rules_would_refuse_is_booked_as_a_new_one_for_the_desk_to_look_at(
    phone, house, record, book
):
    record.run(change_client, SYSTEM, client_id=house.ada, email="ada@birch.example")
    book("2026-03-03T10:00", provider=house.moss)
    done = send(phone, house, pick(phone, house, provider=house.reed))
    assert (done.status, is_new(record, attendees(record)[-1])) == (303, True)
    done = send(phone, house, pick(phone, house, start="2026-03-05T10:00", service=house.intake), service=house.intake)
    assert (done.status, is_new(record, attendees(record)[-1])) == (303, True)


# What strangers get


def test_every_page_keeps_other_sites_out_and_no_address_holds_a_name(phone, house):
    page = pick(phone, house)
    done = send(phone, house, page)
    assert names_in(done.headers["location"], "Ada", "Birch", "1990") == []
    for answer in (page, done, phone.get("/book/elm-street"), phone.get("/visit/made-up")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
    cookie = page.cookies[0] if page.cookies else pick(Browser(phone.app), house, start="2026-03-03T12:00")
    assert cookie


def test_what_somebody_types_is_never_markup(phone, house):
    answer = send(phone, house, pick(phone, house), given_name='<img src=x onerror="x()">', family_name="")
    assert "<img" not in answer.text
    assert "&lt;img" in answer.text
