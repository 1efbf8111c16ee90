"""Commands about notes. Only whoever saw the client writes and signs; what is locked is only added to."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import cast

from practice.access.permissions import Permission, require_own
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.people import checks
from practice.store.record import command
from practice.store.work import Reader, Row, Work

SINCE, LOCK_DAYS = "notes_since", "note_lock_days"
"""Settings: from which day on visits need a signed note (none: they don't); days after which a signed note locks."""

LONGEST = 20_000
SEEN = ("arrived", "in_session", "completed", "left_unseen")


@command(Permission.WRITE_NOTES)
def write_note(work: Work, *, attendee_id: str, text: str) -> Row:
    """Keep the draft of a visit's note. Answers {note_id, status}."""
    key, before = _draft(work, attendee_id)
    _keep(work, key, before, attendee_id, _words(text))
    return {"note_id": key, "status": "draft"}


@command(Permission.WRITE_NOTES)
def sign_note(work: Work, *, attendee_id: str, text: str | None = None) -> Row:
    """Sign a visit's note, as it stands or with this text. Answers {note_id, status}."""
    key, before = _draft(work, attendee_id)
    if text is None and before is None:
        raise Refusal("There is no note of this visit yet; write it first.", rule="no_note", field="text")
    if text is not None:
        _keep(work, key, before, attendee_id, _words(text))
    now = stored(work.now)
    work.update("notes", key, status="signed", signed_by=work.actor.user_id, signed_at=now, known_at=now)
    return {"note_id": key, "status": "signed"}


@command(Permission.WRITE_NOTES)
def reopen_note(work: Work, *, attendee_id: str) -> Row:
    """The signer takes the signature back, while the note is not locked. Needs a reason. Answers {note_id, status}."""
    key, note = _signed(work, attendee_id)
    if not (work.reason or "").strip():
        raise Refusal("Say why the note is reopened.", rule="reason_needed", field="reason")
    if is_locked(work, note):
        raise Conflict("This note is locked; write an addendum.", rule="locked")
    if note["signed_by"] != work.actor.user_id:
        raise Refusal("Only who signed a note reopens it; write an addendum.", rule="not_own_note")
    work.update("notes", key, status="draft", signed_by=None, signed_at=None, known_at=work.now)
    return {"note_id": key, "status": "draft"}


@command(Permission.WRITE_NOTES)
def lock_note(work: Work, *, attendee_id: str) -> Row:
    """Nobody changes the signed note any more. Answers {note_id, status}."""
    key, note = _signed(work, attendee_id)
    if is_locked(work, note):
        raise Conflict("This note is locked already.", rule="locked")
    work.update("notes", key, locked_at=work.now, known_at=work.now)
    return {"note_id": key, "status": "locked"}


@command(Permission.WRITE_NOTES)
def add_addendum(work: Work, *, attendee_id: str, text: str) -> Row:
    """Add to a signed note, under one's own name, signed at once; the note stays. Answers {note_id}."""
    _signed(work, attendee_id)
    position = 2
    while work.find("notes", f"{attendee_id}|{position}"):
        position += 1
    now, who = stored(work.now), work.actor.user_id
    said = _row(attendee_id, position, _words(text), who, now)
    work.insert("notes", said | {"status": "signed", "signed_by": who, "signed_at": now})
    return {"note_id": said["note_id"]}


@command(Permission.SET_UP)
def set_notes(work: Work, *, since: str | None, lock_days: int) -> Row:
    """From which day on attended visits need a signed note (None: they do not), and after how many days it locks."""
    first = checks.optional_day(since, "The first day", "since")
    days = checks.whole(lock_days, "The days until a note locks", "lock_days", 0, 365)
    kept = {SINCE: str(first) if first else None, LOCK_DAYS: days}
    for name, value in kept.items():
        work.keep_setting(name, value)
    return kept


def is_locked(reader: Reader, note: Row) -> bool:
    """Whether a signed note is locked: by somebody, or by the days since."""
    if note["signed_at"] is None:
        return False
    locks = cast(datetime, note["signed_at"]) + timedelta(days=int(reader.setting(LOCK_DAYS, 7)))
    return note["locked_at"] is not None or locks <= stored(reader.now)


def _visit(work: Work, attendee_id: str) -> Row:
    attendee = work.get("attendees", attendee_id, "visit")
    appointment = work.get("appointments", attendee["appointment_id"], "visit")
    require_own(work.actor, {appointment["provider_id"]})
    if attendee["status"] not in SEEN:
        state = attendee["status"].replace("_", " ")
        raise Refusal(f"This visit is {state}; a note is of a client who came. Record that first.", rule="not_seen")
    return attendee


def _draft(work: Work, attendee_id: str) -> tuple[str, Row | None]:
    _visit(work, attendee_id)
    key = f"{attendee_id}|1"
    before = work.find("notes", key)
    if before and before["status"] == "signed":
        how = "write an addendum" if is_locked(work, before) else "reopen it, or write an addendum"
        raise Conflict(f"This note is signed; {how}.", rule="signed")
    return key, before


def _signed(work: Work, attendee_id: str) -> tuple[str, Row]:
    _visit(work, attendee_id)
    key = f"{attendee_id}|1"
    note = work.find("notes", key)
    if note is None or note["status"] != "signed":
        raise Conflict("The note of this visit is not signed yet; sign it first.", rule="not_signed")
    return key, note


def _keep(work: Work, key: str, before: Row | None, attendee_id: str, text: str) -> None:
    row = _row(attendee_id, 1, text, work.actor.user_id, stored(work.now))
    if before is None:
        work.insert("notes", row)
    else:
        work.update("notes", key, **{name: row[name] for name in ("text", "text_hash", "written_by", "known_at")})


def _row(attendee_id: str, position: int, text: str, who: str, now: datetime) -> Row:
    blank = dict.fromkeys(("signed_by", "signed_at", "locked_at"))
    return {
        "note_id": f"{attendee_id}|{position}",
        "attendee_id": attendee_id,
        "position": position,
        "text": text,
        "text_hash": hashlib.sha256(text.encode()).hexdigest(),
        "status": "draft",
        "written_by": who,
        "known_at": now,
        **blank,
    }


def _words(text: str) -> str:
    kept = checks.note(text, "The note", "text", limit=LONGEST)
    if kept is None:
        raise Refusal("The note is empty; write what happened.", rule="no_note", field="text")
    return kept
