"""The link that stops messages: works for whoever holds it, tells a stranger nothing, and looking changes nothing."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from dashboards import messaging, runtime
from dashboards.http import stop
from dashboards.http.gate import Gate, RateLimit
from dashboards.server import ROUTES
from practice.access.permissions import SYSTEM, Permission
from practice.clock import stored
from practice.home import Home
from practice.messages import outbox
from practice.messages.settings import set_messages
from practice.people.commands import change_client
from practice.store.record import Command
from tests.dashboards.browser import Browser
from tests.words import names_in

OFFER = Command("test_offer", Permission.OPERATE, lambda work, **asked: outbox.queue(work, **asked))


@pytest.fixture
def offer(record, house, clock, tmp_path, monkeypatch):
    """`offer(n)` queues an offer to Ada and answers its id and its text."""
    monkeypatch.setattr(stop, "_calls", RateLimit(limit=30, seconds=60))
    runtime.start(Home(tmp_path / "home"), record)
    runtime.current().home.create()
    record.run(set_messages, SYSTEM, is_on=True, sender="Elm <Street>", public_url="https://elm.example")
    record.run(change_client, SYSTEM, client_id=house.ada, email="ada@birch.example")

    def _offer(number):
        context = {
            "location_id": house.location, "provider_id": house.moss, "service_id": house.visit, "link": "/offer/x",
            "starts_at": stored(clock()) + timedelta(days=1), "answer_by": stored(clock()) + timedelta(hours=1),
        }  # fmt: skip
        ids = record.run(OFFER, SYSTEM, kind="offer", client_id=house.ada, context=context, dedupe_key=f"o:{number}")
        with record.read() as reader:
            return ids, reader.value("select body from messages where message_id = ?", ids[0]) if ids else None

    return _offer


@pytest.fixture
def visitor():
    return Browser(Starlette(routes=ROUTES, middleware=[Middleware(Gate)]))


def test_one_click_stops_offers_and_nothing_else(record, offer, visitor):
    _, text = offer(1)
    path = re.search(r"https://elm\.example(/stop/\S+)", text)[1]
    shown = visitor.get(path)
    assert (shown.status, shown.headers["cache-control"]) == (200, "no-store")
    assert "Elm &lt;Street&gt; will not send you <strong>offers of an earlier visit</strong>" in shown.text
    assert names_in(shown.text, "Ada") == []
    assert offer(2)[0] != []
    # As a mail program does it (RFC 8058), and once more.
    for _ in range(2):
        done = visitor.post(path, {"List-Unsubscribe": "One-Click"})
        assert (done.status, "Stopped" in done.text) == (200, True)
    assert offer(3)[0] == []
    with record.read() as reader:
        kept = reader.rows("select channel, purpose, is_given, source from consents order by channel")
    assert [(row["channel"], row["purpose"], row["is_given"], row["source"]) for row in kept] == [
        ("email", "offers", False, "link"), ("text", "offers", False, "link"),
    ]  # fmt: skip


def test_a_strangers_guess_is_told_nothing_and_slowed_down(offer, visitor):
    offer(1)
    answers = [visitor.get(f"/stop/{'g' * length}") for length in (1, 32, 5000)]
    assert {answer.status for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert visitor.post("/stop/guess", {}).status == 404
    assert [visitor.get("/stop/again").status for _ in range(30)][-1] == 429


def test_the_thread_sends_what_is_due_into_files_and_stops(record, offer, clock, monkeypatch):
    monkeypatch.delenv("DAYBOOK_SMTP_HOST", raising=False)
    (message_id,), _ = offer(1)
    clock.forward(minutes=3)
    home = runtime.current().home
    gone, deliver = threading.Event(), messaging.deliver_due

    def deliver_and_say(*asked, **more):
        tried = deliver(*asked, **more)
        if tried:
            gone.set()
        return tried

    monkeypatch.setattr(messaging, "deliver_due", deliver_and_say)
    end = messaging.start(home, record, every=0.01)
    assert gone.wait(20)
    end()
    assert (home.outbox / f"{message_id}.eml").exists()
    with record.read() as reader:
        assert reader.value("select status from messages") == "sent"


def test_a_mail_server_that_cannot_be_meant_sends_nothing_and_is_said(record, offer, monkeypatch, caplog):
    monkeypatch.setenv("DAYBOOK_SMTP_HOST", "mail.elm.example")
    monkeypatch.setenv("DAYBOOK_SMTP_FROM", "")
    offer(1)
    messaging.start(runtime.current().home, record)()
    assert "DAYBOOK_SMTP_FROM is missing" in caplog.text
    assert "DAYBOOK_SMTP_FROM is missing" in messaging.trouble(runtime.current().home, record)
