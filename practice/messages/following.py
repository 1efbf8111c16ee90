"""What clients are told about their visits: after each event, what they know is set against what is true now.

Looking at the difference, and not at the events, makes any order come out right: a move that is undone within the grace
leaves none, so nothing leaves; a booking that is moved within it leaves one confirmation, of the final place.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from practice.clock import stored
from practice.messages import queries
from practice.messages.consent import way_to
from practice.messages.kinds import ABOUT_A_VISIT, KINDS, SAID
from practice.messages.outbox import new_row, root_of, take_back
from practice.messages.settings import message_settings
from practice.scheduling.follow_ups import Happening, follows
from practice.store.work import Row, Work

_TOLD = ("starts_at", "location_id", "provider_id", "service_id", "mode")
"""What a client would want to hear of if it changed."""


class _Thread(NamedTuple):
    """What was said about a visit: how often, what the client knows by it, and what has not left yet."""

    said: int
    known_id: str | None
    waiting: list[Row]


@follows("booked", "attendee_added", "cancelled", "restored", "entered_in_error")
def tell(work: Work, happening: Happening) -> None:
    """Queue what each client concerned does not know yet, and take back what is not so any more.

    A move needs no ear of its own: it is noted together with its successor's booking.
    """
    settings = message_settings(work)
    if not happening.attendee_ids or not settings.is_on:
        return
    visit = happening.appointment
    moved_from = visit["moved_from_id"]
    is_new = happening.kind == "booked" and moved_from is None
    thread_id = visit["appointment_id"] if moved_from is None else root_of(work, visit["appointment_id"])
    for client_id in queries.clients_of(work, happening.attendee_ids):
        if is_new:
            thread = _Thread(0, None, [])
        else:
            before = {"booked": moved_from, "attendee_added": None, "restored": None}
            unsaid = before.get(happening.kind, visit["appointment_id"])
            thread = _read(queries.thread(work, client_id, thread_id), unsaid, stored(work.now))
        now = visit if is_new else _standing(work, visit["appointment_id"], client_id)
        _settle(work, client_id, thread_id, thread, now, is_text_on=settings.is_text_on)


@follows("changed")
def tell_mode(work: Work, happening: Happening) -> None:
    """By video instead of in person, or back: told like a move, unless what waits says it anyway when it leaves."""
    visit, before, after = happening.appointment, happening.details.get("before"), happening.details.get("after")
    if not before or not after or before.get("mode") == after.get("mode"):
        return
    settings = message_settings(work)
    if not settings.is_on or visit["starts_at"] <= stored(work.now):
        return
    thread_id = root_of(work, visit["appointment_id"])
    for client_id in queries.clients_expected(work, visit["appointment_id"]):
        messages = queries.thread(work, client_id, thread_id)
        thread = _read(messages, visit["appointment_id"], stored(work.now))
        if not thread.waiting:
            _queue(work, "changed", client_id, thread_id, thread, visit, is_text_on=settings.is_text_on)
        for old in thread.waiting:
            if old["kind"] == "changed":  # there are two ways: another change is the way back
                take_back(work, old, "overtaken")


def _read(messages: list[Row], unsaid_known_id: str | None, now: datetime) -> _Thread:
    """`messages` are newest first. Without any, the client knows of `unsaid_known_id`: it was told by mouth."""
    about = [row for row in messages if row["kind"] in ABOUT_A_VISIT]
    # What nobody could be told is open to change for as long as if it had waited to leave.
    waiting = [
        row
        for row in about
        if row["status"] == "queued" or (row["status"] == "suppressed" and row["not_before_at"] > now)
    ]
    said = [
        row
        for row in about
        if row not in waiting
        and (row["status"] in SAID or (row["status"] == "withdrawn" and row["status_reason"] != "overtaken"))
    ]
    if waiting:
        known_id = waiting[-1]["known_appointment_id"]
    elif said:
        known_id = None if said[0]["kind"] == "cancelled" else said[0]["appointment_id"]
    else:
        known_id = about[0]["known_appointment_id"] if about else unsaid_known_id
    return _Thread(len(said), known_id, waiting)


def _standing(work: Work, appointment_id: str, client_id: str) -> Row | None:
    """Where the client's visit stands now, wherever in the chain of moves the event was; None if it stands nowhere."""
    seen, ahead = set(), [appointment_id]
    while ahead:
        here = ahead.pop()
        row = queries.attendance(work, here, client_id) if here not in seen else None
        seen.add(here)
        if row is None:
            continue
        if row["status"] == "scheduled":
            return row
        onward = row["moved_to_attendee_id"] and queries.appointment_of(work, row["moved_to_attendee_id"])
        ahead += [other for other in (onward, row["moved_from_id"]) if other]
    return None


def _settle(work: Work, client_id: str, thread_id: str, thread: _Thread, now: Row | None, *, is_text_on: bool) -> None:
    """Take back what waits, and queue what is left to say."""
    kind, about = _left_to_say(work, thread.known_id, now)
    for old in thread.waiting:
        take_back(work, old, "overtaken")
    if kind is None or about is None:
        return
    _queue(work, kind, client_id, thread_id, thread, about, is_text_on=is_text_on)


def _queue(
    work: Work, kind: str, client_id: str, thread_id: str, thread: _Thread, about: Row, *, is_text_on: bool
) -> None:
    contact = queries.contacts(work, [client_id], KINDS[kind].purpose)[client_id]
    way = way_to(contact, kind, is_text_on=is_text_on)
    row = new_row(work, kind, client_id, way, f"visit:{thread_id}:{client_id}:{thread.said}")
    work.insert(
        "messages",
        row
        | {
            "appointment_id": about["appointment_id"],
            "thread_id": thread_id,
            "known_appointment_id": thread.known_id,
            "address": None,  # found anew when it leaves
        },
    )


def _left_to_say(work: Work, known_id: str | None, now: Row | None) -> tuple[str | None, Row | None]:
    """The kind of message between what the client knows and what is so, and the visit that it is about."""
    moment = stored(work.now)
    known = queries.visit(work, known_id) if known_id else None
    if now is None:
        is_coming = known is not None and known["starts_at"] > moment
        return ("cancelled", known) if is_coming else (None, None)
    if now["starts_at"] <= moment:
        return None, None
    if known is None:
        return "confirmation", now
    return (None, None) if all(known[name] == now[name] for name in _TOLD) else ("moved", now)
