"""The page behind an offer's link: looking changes nothing, answering twice is answering once, strangers learn nothing."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from dashboards.http import offer
from dashboards.http.gate import Gate, RateLimit
from dashboards.server import ROUTES
from practice.access.permissions import SYSTEM
from practice.messages.settings import set_messages
from practice.people.commands import change_client
from practice.scheduling.commands import cancel_appointment
from practice.waitlist.entries import add_waitlist_entry
from practice.waitlist.rounds import open_round
from tests.dashboards.browser import Browser
from tests.practice.waitlist_links import secrets_of
from tests.words import names_in


@pytest.fixture
def client_at_the_link(running, monkeypatch):
    """Somebody's telephone: no session, no cookies."""
    monkeypatch.setattr(offer, "_attempts", RateLimit(limit=60, seconds=60))
    return Browser(Starlette(routes=ROUTES, middleware=[Middleware(Gate)]))


@pytest.fixture
def links(record, house, desk, book, running):
    """Two people are asked for Tuesday at ten, both at once: client_id → address."""
    record.run(set_messages, SYSTEM, is_on=True, public_url="https://elm.example")
    for key in ("ada", "ben"):
        record.run(change_client, SYSTEM, client_id=f"client-{key}", email=f"{key}@birch.example")
        record.run(add_waitlist_entry, desk, client_id=f"client-{key}", service_id=house.visit)
    visit = book("2026-03-03T10:00", client=house.dan)["appointment_id"]
    record.run(cancel_appointment, desk, reason="ill", appointment_id=visit, cancelled_by="client")
    record.run(open_round, desk, freed_appointment_id=visit, batch_size=2)
    return {client: f"/offer/{secret}" for client, secret in secrets_of(record).items()}


def count(record, table, where="true"):
    with record.read() as reader:
        return reader.value(f"select count(*) from {table} where {where}")


def text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def test_looking_at_an_offer_shows_the_place_and_changes_nothing(record, house, links, client_at_the_link):
    before = count(record, "audit_entries")
    for _ in range(3):  # link scanners look, too
        page = client_at_the_link.get(links[house.ada])
    assert page.status == 200
    said = text(page)
    assert "Tuesday 3 March, 10:00" in said
    assert "New York time" in said
    assert "Follow-up" in said
    assert "Dr. Ines Moss" in said
    assert "answer by 09:30" in said
    assert names_in(page.text, "Ada", "Birch", "Ben", "Alder") == []
    assert count(record, "audit_entries") == before
    assert count(record, "offers", "status = 'sent'") == 2
    assert page.headers["referrer-policy"] == "same-origin"
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_the_first_who_accepts_has_it_a_double_click_is_harmless_the_other_reads_one_kind_sentence(
    record, house, links, client_at_the_link
):
    first = client_at_the_link.post(links[house.ben], {"answer": "accept"})
    again = client_at_the_link.post(links[house.ben], {"answer": "accept"})
    assert first.status == again.status == 200
    assert "The visit is yours" in text(first)
    assert text(first) == text(again)
    late = client_at_the_link.post(links[house.ada], {"answer": "accept"})
    assert late.status == 409
    assert "Somebody else was a moment quicker; you keep your place on the waitlist" in text(late)
    assert "Somebody else was a moment quicker" in text(client_at_the_link.get(links[house.ada]))
    assert count(record, "appointments", "channel = 'waitlist'") == 1


def test_declining_and_leaving_the_waitlist(record, house, links, client_at_the_link):
    declined = client_at_the_link.post(links[house.ada], {"answer": "decline"})
    assert "Thank you for your answer" in text(declined)
    refused = client_at_the_link.post(links[house.ada], {"answer": "accept"})
    assert refused.status == 409
    assert "You said no to this place" in text(refused)
    left = client_at_the_link.post(links[house.ben], {"answer": "leave"})
    assert "You are off the waitlist" in text(left)
    assert count(record, "waitlist_entries", "status = 'withdrawn'") == 1


def test_nonsense_and_strangers_are_told_nothing(record, house, links, client_at_the_link):
    assert client_at_the_link.get("/offer/nobody-knows-this").status == 404
    assert client_at_the_link.post("/offer/nobody-knows-this", {"answer": "accept"}).status == 404
    odd = client_at_the_link.post(links[house.ada], {"answer": "perhaps"})
    assert odd.status == 409
    assert "A visit is free" in text(odd)
    assert count(record, "offers", "status = 'sent'") == 2


def test_an_offer_whose_time_is_over_says_so(record, house, links, client_at_the_link, clock):
    clock.forward(minutes=30)
    assert "The time is over" in text(client_at_the_link.get(links[house.ada]))


def test_another_sites_form_is_refused(record, house, links, client_at_the_link):
    foreign = client_at_the_link.post(links[house.ada], {"answer": "accept"}, sec_fetch_site="cross-site")
    assert foreign.status == 403
    assert count(record, "offers", "status = 'sent'") == 2


def test_who_asks_too_often_has_to_wait(house, links, client_at_the_link, monkeypatch):
    monkeypatch.setattr(offer, "_attempts", RateLimit(limit=2, seconds=60))
    assert [client_at_the_link.get(links[house.ada]).status for _ in range(3)] == [200, 200, 429]
