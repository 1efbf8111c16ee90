"""The outbox: what is to be said is queued in the command's own transaction, and leaves later, once.

A message about a visit is put into words when it leaves, from the visit as it stands then; any other one at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from practice.clock import stored
from practice.messages import queries
from practice.messages.consent import Way, new_secret, way_to
from practice.messages.kinds import ABOUT_A_VISIT, GRACE, KINDS
from practice.messages.settings import MessageSettings, message_settings
from practice.messages.templates import in_use
from practice.messages.text import render, render_line
from practice.messages.wording import always, given_values
from practice.store.work import Row, Work

CONTEXT = frozenset(
    (
        *("starts_at", "location_id", "provider_id", "service_id", "mode", "link", "answer_by", "was"),
        *("book_link", "since", "due", "amount", "news", "pay_link", "paper", "paper_link", "autopay"),
    )
)


def queue(
    work: Work,
    *,
    kind: str,
    client_id: str,
    context: Mapping[str, Any],
    dedupe_key: str,
    appointment_id: str | None = None,
    offer_id: str | None = None,
    recall_id: str | None = None,
    not_before_at: datetime | None = None,
) -> list[str]:
    """Queue a message to a client by the best allowed channel; answers the ids that will leave, none if nobody hears.

    It leaves at `not_before_at` at the earliest (an instant; default: three minutes from now). What is said under a
    `dedupe_key` is said once: a second call answers the first message's id, unless that one was withdrawn. Without
    consent or address a row `suppressed` says why. `context` may hold: starts_at, answer_by, was (instants),
    location_id (needed for place and times; default: the client's), provider_id, service_id, mode, link, book_link,
    pay_link and paper_link (a path such as /offer/<secret>: the setting public_url comes before it), since and due
    (dates), amount, paper, autopay, news.
    """
    if kind not in KINDS or not set(context) <= CONTEXT:
        raise ValueError(f"no such message: {kind}, or nothing that it could use: {sorted(set(context) - CONTEXT)}")
    there = queries.by_key(work, dedupe_key)
    if there:
        return [] if there["status"] == "suppressed" else [there["message_id"]]
    settings = message_settings(work)
    contact = queries.contacts(work, [client_id], KINDS[kind].purpose)[client_id]
    way = way_to(contact, kind, is_text_on=settings.is_text_on)
    if not settings.is_on:
        way = Way(way.channel, None, "messages_off")
    row = new_row(work, kind, client_id, way, dedupe_key, not_before_at) | {
        "appointment_id": appointment_id,
        "offer_id": offer_id,
        "recall_id": recall_id,
    }
    if kind in ABOUT_A_VISIT:
        assert appointment_id, f"a {kind} is about a visit"
        row |= {"thread_id": root_of(work, appointment_id), "address": None}
        row |= _overtake(work, row)
    elif way.reason is None:
        row |= _words(work, row, contact, settings, context)
    work.insert("messages", row)
    return [row["message_id"]] if way.reason is None else []


def withdraw(
    work: Work,
    *,
    appointment_id: str | None = None,
    offer_id: str | None = None,
    recall_id: str | None = None,
    kinds: Sequence[str] | None = None,
) -> list[str]:
    """Take back what matches everything given and has not left yet; answers the ids. What has left stays said."""
    assert appointment_id or offer_id or recall_id, "withdraw says whose messages"
    found = queries.queued(work, appointment_id, offer_id, recall_id, kinds)
    for row in found:
        take_back(work, row, "overtaken")
    return [row["message_id"] for row in found]


def new_row(
    work: Work, kind: str, client_id: str, way: Way, dedupe_key: str, not_before_at: datetime | None = None
) -> Row:
    """A fresh row of `messages`: queued, or suppressed where there is no way to the client."""
    now = stored(work.now)
    return {
        "message_id": work.new_id(),
        "client_id": client_id,
        "channel": way.channel,
        "kind": kind,
        "message_template_id": None,
        "appointment_id": None,
        "offer_id": None,
        "recall_id": None,
        "thread_id": None,
        "known_appointment_id": None,
        "carried_by": None,
        "link_hash": None,
        "address": way.address,
        "subject": None,
        "body": None,
        "dedupe_key": dedupe_key,
        "audit_seq": work.audit_seq,
        "queued_at": now,
        "not_before_at": stored(not_before_at) if not_before_at else now + GRACE,
        "status": "suppressed" if way.reason else "queued",
        "status_reason": way.reason,
        "attempts": 0,
        "sent_at": None,
        "known_at": now,
    }


def take_back(work: Work, message: Row, reason: str) -> None:
    """It will not leave. Its key is free again, so that the same thing can still be said."""
    work.update(
        "messages",
        message["message_id"],
        status="withdrawn",
        status_reason=reason,
        dedupe_key=f"{message['dedupe_key']}#{message['message_id']}",
        known_at=work.now,
    )


def root_of(work: Work, appointment_id: str) -> str:
    """The first visit of a chain of moves; its id is the thread's."""
    while before := queries.moved_from(work, appointment_id):
        appointment_id = before
    return appointment_id


def _overtake(work: Work, row: Row) -> Row:
    """What this one says is newer than anything about the visit that has not left; it knows what those knew."""
    known = None
    for old in reversed(queries.thread(work, row["client_id"], row["thread_id"])):
        if old["status"] == "queued":
            known = known or old["known_appointment_id"]
            take_back(work, old, "overtaken")
    return {"known_appointment_id": known}


def _words(work: Work, row: Row, contact: Row, settings: MessageSettings, context: Mapping[str, Any]) -> Row:
    """Template, subject, body and the link that stops such messages."""
    location_id = context.get("location_id") or queries.home_location(work, row["client_id"])
    place = (
        queries.place(work, location_id, context.get("provider_id"), context.get("service_id")) if location_id else None
    )
    values = always(contact, settings, place["phone"] if place else None)
    values |= given_values(context, place, contact, settings)
    link_hash = None
    if settings.public_url and KINDS[row["kind"]].purpose != "appointments":
        secret, link_hash = new_secret()
        values["stop_link"] = settings.link(f"/stop/{secret}")
    return worded(work, row["kind"], row["channel"], values) | {"link_hash": link_hash}


def worded(work: Work, kind: str, channel: str, values: Mapping[str, str]) -> Row:
    """The columns that the text in use gives a message: template, subject, body."""
    template = in_use(work, kind, channel)
    return {
        "message_template_id": template["message_template_id"],
        "subject": render_line(template["subject"], values) if template["subject"] else None,
        "body": render(template["body"], values),
    }
