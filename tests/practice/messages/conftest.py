"""A practice that has switched messages on, and a sender that keeps what it was given."""

from __future__ import annotations

import pytest

from practice.messages.senders import Outcome
from practice.messages.sending import deliver_due
from practice.messages.settings import set_messages
from practice.people.commands import change_client
from practice.scheduling.commands import book_appointment


class Courier:
    """Keeps what it was given, and answers what the test wants: one outcome, or one per message in turn."""

    def __init__(self):
        self.mails = []
        self.answers = []

    def send(self, message):
        answer = self.answers.pop(0) if self.answers else Outcome("sent")
        if isinstance(answer, BaseException):
            raise answer
        self.mails.append(message)
        return answer


@pytest.fixture
def switched_on(record, owner, house):
    """Messages are on; Ada can be reached by mail, Ben by text, Dan by nothing."""
    record.run(set_messages, owner, is_on=True, is_text_on=True, public_url="https://elm.example")
    record.run(change_client, owner, client_id=house.ada, email="ada@birch.example")
    record.run(change_client, owner, client_id=house.dan, phone=None)
    return house


@pytest.fixture
def book(record, desk, switched_on):
    def _book(client_id=switched_on.ada, at="2026-03-05T10:00", **fields):
        asked = {"provider_id": switched_on.moss, "service_id": switched_on.visit, "location_id": switched_on.location}
        return record.run(book_appointment, desk, client_id=client_id, wall_start=at, **asked | fields)

    return _book


@pytest.fixture
def courier():
    return Courier()


@pytest.fixture
def sent(record, courier):
    """`sent()` sends what is due and answers what left in this round."""

    def _sent(limit=20):
        before = len(courier.mails)
        deliver_due(record, {"email": courier, "text": courier}, limit)
        return courier.mails[before:]

    return _sent


@pytest.fixture
def outgoing(record):
    """What waits or was suppressed, oldest first: (kind, appointment_id, status)."""

    def _outgoing(*, withdrawn=False):
        with record.read() as reader:
            rows = reader.rows("select * from messages order by audit_seq, message_id")
        return [row for row in rows if withdrawn or row["status"] != "withdrawn"]

    return _outgoing


@pytest.fixture
def shared_walks(record, switched_on, clock, sent):
    """One practice for many walks: each has a client of its own, and starts with an empty outbox."""
    from tests.practice.messages.test_laws import Walk

    def _walk():
        clock.forward(minutes=3)
        sent(1000)
        return Walk(record, switched_on, clock, sent)

    return _walk
