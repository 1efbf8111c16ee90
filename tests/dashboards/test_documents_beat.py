"""The thread that makes papers by themselves: it makes what is due, survives what fails, and tells nobody's data."""

from __future__ import annotations

import logging

from dashboards import documents_beat
from practice.billing import queries
from practice.billing.schedules import add_schedule
from practice.errors import Refusal
from tests.practice.billing.conftest import Desk


def test_a_beat_invoices_the_day_and_the_next_one_finds_nothing(record, house, biller):
    books = Desk(record, house, biller)
    books.charged("client-ada")
    books.run(add_schedule, kind="invoices", rhythm="daily", at_hour=9)
    for _ in range(2):
        documents_beat.once(record)
    with record.read() as reader:
        assert [row["number"] for row in queries.invoices(reader, biller)] == [1]


def test_what_fails_is_told_without_anybodys_data_and_the_thread_ends_when_told(record, monkeypatch, caplog):
    def fails(_):
        raise ValueError("Ada Birch owes 150.00")

    monkeypatch.setattr(documents_beat, "beat", fails)
    with caplog.at_level(logging.WARNING):
        documents_beat.once(record)
    assert "ValueError" in caplog.text
    assert "Ada" not in caplog.text

    def full(_):
        raise Refusal("The disk is full.", rule="storage")

    monkeypatch.setattr(documents_beat, "beat", full)
    documents_beat.once(record)
    assert "documents wait: storage" in caplog.text
    documents_beat.start(record, seconds=0.01)()
