"""Notes: a draft, signed, locked, added to. Their texts stay where they are."""

from __future__ import annotations

import json
from datetime import date

import pytest

from practice.access.permissions import SYSTEM
from practice.errors import Conflict, NotPermitted, Refusal
from practice.notes import commands as notes
from practice.notes.queries import notes_of, unsigned
from tests.conftest import INSERT
from tests.practice.billing.conftest import visit_rows

WORDS = "Slept better. Homework: the diary."


@pytest.fixture
def doctor(as_role):
    return as_role("provider", provider_id="prov-moss")


@pytest.fixture
def visit(record, house):
    """Ada was seen by Dr. Moss this morning."""
    rows = visit_rows("1", client="client-ada", provider="prov-moss", service="svc-visit", day=date(2026, 3, 2))
    record.run(INSERT, SYSTEM, rows=rows)
    return "att-1"


def stands(record, who, visit):
    with record.read() as reader:
        return [(row["text"], row["status"], row["is_locked"]) for row in notes_of(reader, who, visit)]


def test_a_draft_is_kept_changed_and_signed(record, doctor, visit):
    record.run(notes.write_note, doctor, attendee_id=visit, text="Slept")
    record.run(notes.write_note, doctor, attendee_id=visit, text=WORDS)
    assert stands(record, doctor, visit) == [(WORDS, "draft", False)]
    record.run(notes.sign_note, doctor, attendee_id=visit)
    assert stands(record, doctor, visit) == [(WORDS, "signed", False)]
    with pytest.raises(Conflict, match="This note is signed; reopen it, or write an addendum"):
        record.run(notes.write_note, doctor, attendee_id=visit, text="Other")


def test_a_signed_note_locks_by_itself_and_is_only_added_to(record, clock, doctor, visit):
    record.run(notes.sign_note, doctor, attendee_id=visit, text=WORDS)
    record.run(notes.reopen_note, doctor, attendee_id=visit, reason="A slip")
    record.run(notes.sign_note, doctor, attendee_id=visit)
    clock.forward(days=7)
    with pytest.raises(Conflict, match="locked; write an addendum"):
        record.run(notes.reopen_note, doctor, attendee_id=visit, reason="A slip")
    record.run(notes.add_addendum, doctor, attendee_id=visit, text="She called on Friday.")
    assert stands(record, doctor, visit) == [(WORDS, "signed", True), ("She called on Friday.", "signed", False)]


def test_who_signed_may_lock_at_once(record, doctor, visit):
    record.run(notes.sign_note, doctor, attendee_id=visit, text=WORDS)
    record.run(notes.lock_note, doctor, attendee_id=visit)
    assert stands(record, doctor, visit)[0][2]
    with pytest.raises(Conflict, match="locked"):
        record.run(notes.reopen_note, doctor, attendee_id=visit, reason="A slip")


def test_an_empty_note_is_not_signed_and_nothing_is_written(record, doctor, visit):
    with pytest.raises(Refusal, match="no note of this visit yet"):
        record.run(notes.sign_note, doctor, attendee_id=visit)
    with pytest.raises(Refusal, match="The note is empty"):
        record.run(notes.sign_note, doctor, attendee_id=visit, text="  ")
    with pytest.raises(Conflict, match="not signed yet"):
        record.run(notes.add_addendum, doctor, attendee_id=visit, text="More")
    assert stands(record, doctor, visit) == []


def test_only_who_saw_the_client_and_the_owner_read_a_note(record, as_role, owner, doctor, visit):
    record.run(notes.sign_note, doctor, attendee_id=visit, text=WORDS)
    assert stands(record, owner, visit)
    others = [
        as_role("provider", provider_id="prov-reed"),
        *map(as_role, ("manager", "front_desk", "biller", "analyst")),
    ]
    for who in others:
        with pytest.raises(NotPermitted):
            stands(record, who, visit)
        with pytest.raises(NotPermitted):
            record.run(notes.write_note, who, attendee_id=visit, text="I was here")


def test_texts_stay_out_of_the_feed_and_of_the_audit_trail(record, doctor, visit):
    record.run(notes.sign_note, doctor, attendee_id=visit, text=WORDS)
    with record.read() as reader:
        trail = json.dumps(reader.rows("select * from audit_entries"), default=str)
        feed = json.dumps(reader.rows("select * from changes"), default=str)
    assert "Slept better" not in trail + feed
    assert "text_hash" in trail, "a change of the text shows all the same"


def test_unsigned_visits_are_listed_from_the_day_that_the_practice_says(record, owner, biller, doctor, visit):
    def waiting(who):
        with record.read() as reader:
            return [(row["attendee_id"], row["has_draft"]) for row in unsigned(reader, who)]

    assert waiting(doctor) == []
    record.run(notes.set_notes, owner, since="2026-03-01", lock_days=3)
    assert waiting(doctor) == waiting(biller) == [(visit, False)]
    record.run(notes.write_note, doctor, attendee_id=visit, text=WORDS)
    assert waiting(doctor) == [(visit, True)]
    record.run(notes.sign_note, doctor, attendee_id=visit)
    assert waiting(doctor) == []
