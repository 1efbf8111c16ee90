"""The tablet's pages over HTTP: no session, no names, one sentence for every reason, and soon ready for the next."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from dashboards.http import kiosk
from dashboards.http.gate import Gate, RateLimit
from dashboards.server import ROUTES
from practice.scheduling import kiosks, queries
from tests.dashboards.browser import Browser
from tests.words import names_in

BORN = {"day": "17", "month": "5", "year": "1990"}
ADA = {"name": "Ada Birch"} | BORN


@pytest.fixture
def tablet(running, record, house, owner, monkeypatch):
    """A tablet at Elm Street: `tablet.path`, `tablet.get()`, `tablet.post(form)`."""
    monkeypatch.setattr(kiosk, "_tries", RateLimit(limit=30, seconds=60))
    monkeypatch.setattr(kiosk, "_failures", RateLimit(limit=12, seconds=600))
    made = kiosks.create_kiosk(record, owner, location_id=house.location, name="Door", seating="By the window, please.")
    browser = Browser(Starlette(routes=ROUTES, middleware=[Middleware(Gate)]))

    class Tablet:
        path = f"/kiosk/{made['secret']}"
        kiosk_id = made["kiosk_id"]

        def get(self):
            return browser.get(self.path)

        def post(self, form, **headers):
            return browser.post(self.path, form, **headers)

    return Tablet()


def status_of(record, desk, booked):
    with record.read() as reader:
        return queries.visit(reader, desk, booked["appointment_id"])["attendees"][0]


def test_a_client_checks_in_and_the_tablet_is_soon_ready_for_the_next(tablet, record, desk, book):
    booked = book("2026-03-02T10:00")
    assert "Your date of birth" in tablet.get().text
    answer = tablet.post(ADA)
    assert answer.status == 200
    for said in ("checked in", "By the window, please.", "Dr. Ines Moss has been told", "10:00"):
        assert said in answer.text
    assert names_in(answer.text, "Ada", "Birch") == []
    refresh = re.search(r'http-equiv="refresh" content="(\d+);url=([^"]+)"', answer.text)
    assert (int(refresh[1]), refresh[2]) == (kiosk.THANKS_SECONDS, tablet.path)
    row = status_of(record, desk, booked)
    assert (row["status"], row["checked_in_by"]) == ("arrived", "kiosk")
    assert tablet.post(ADA).text == answer.text
    assert len([event for event in record_events(record, desk, booked) if event["kind"] == "arrived"]) == 1


def record_events(record, desk, booked):
    with record.read() as reader:
        return queries.visit(reader, desk, booked["appointment_id"])["events"]


def test_every_reason_gets_the_same_page(tablet, book, house):
    book("2026-03-02T10:00")
    pages = {
        tablet.post(form).text
        for form in (
            {"name": "Nobody Here"} | BORN, ADA | {"year": "1991"}, {"name": "Dan Ford"} | BORN, {"name": "Ben Alder"} | BORN,
        )
    }  # fmt: skip
    assert len(pages) == 1
    (page,) = pages
    assert "front desk" in page
    assert names_in(page, "Ada", "Dan", "Ben", "Nobody") == []


@pytest.mark.parametrize("born", [{"day": "31", "month": "2"}, {"day": "x"}, {"year": "19900"}, {"month": ""}])
def test_no_date_keeps_what_was_typed_and_says_so(tablet, born):
    answer = tablet.post(ADA | born)
    assert 'role="alert">That is no date' in answer.text
    assert 'value="Ada Birch"' in answer.text
    assert "refresh" not in answer.text


def test_typing_is_escaped_and_long_text_is_cut(tablet):
    answer = tablet.post({"name": "<b>x</b>" * 100, "day": "", "month": "", "year": ""})
    assert "<b>x" not in answer.text
    assert len(answer.text) < 6000


def test_guessing_ends_soon_with_the_same_words(tablet, book, record, desk):
    booked = book("2026-03-02T10:00")
    wrong = [tablet.post(ADA | {"day": str(day)}) for day in range(1, 14)]
    assert [answer.status for answer in wrong] == [200] * 12 + [429]
    assert wrong[0].text == wrong[-1].text
    assert tablet.post(ADA).status == 429  # even the right one goes to the desk now
    assert status_of(record, desk, booked)["status"] == "scheduled"


def test_no_other_site_may_send_the_form_or_frame_it(tablet, record, desk, book):
    booked = book("2026-03-02T10:00")
    answer = tablet.post(ADA, sec_fetch_site="cross-site")
    assert answer.status == 403
    assert status_of(record, desk, booked)["status"] == "scheduled"
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert answer.headers["referrer-policy"] == "same-origin"  # no other site learns the tablet's address
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/kiosk/nothing", "/kiosk/" + "x" * 400])
def test_an_unknown_secret_opens_nothing(running, path):
    browser = Browser(Starlette(routes=ROUTES, middleware=[Middleware(Gate)]))
    for answer in (browser.get(path), browser.post(path, ADA)):
        assert answer.status == 404
        assert "not in use" in answer.text


def test_a_revoked_tablet_is_out_of_use(tablet, record, owner):
    record.run(kiosks.revoke_kiosk, owner, kiosk_id=tablet.kiosk_id)
    assert tablet.get().status == 404
    assert tablet.post(ADA).status == 404


def test_everything_on_it_has_a_label_and_a_language(tablet):
    text = tablet.get().text
    assert '<html lang="en">' in text
    for name in ("name", "day", "month", "year"):
        assert f'<label for="{name}">' in text
    assert "<legend>" in text
