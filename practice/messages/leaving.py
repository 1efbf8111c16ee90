"""A message leaves: it is looked at once more, put into words and marked, all before anything is sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby

from practice.access.permissions import Permission
from practice.clock import stored
from practice.messages import queries
from practice.messages.consent import Way, way_on, way_to
from practice.messages.kinds import ABOUT_A_VISIT, KINDS
from practice.messages.outbox import worded
from practice.messages.settings import MessageSettings, message_settings
from practice.messages.wording import always, change_lines, visit_values
from practice.online.links import make_manage_link
from practice.store.record import command
from practice.store.work import Row, Work

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
"""Between one try and the next after temporary failures; after the last one it has failed."""


@command(Permission.OPERATE)
def take_due(work: Work, *, limit: int) -> Row:
    """Mark what is to leave now as `sending`, in its final words; answers {message_ids}, each to be sent once.

    Consent and address are looked up anew. What is due about a client's visits goes together, as one message; the
    others of it say by which one they were carried.
    """
    now = stored(work.now)
    due = queries.due(work, now, limit)
    settings = message_settings(work)
    taken = []
    for _, group in groupby(due, key=_together):
        rows = list(group)
        kept = [row for row in rows if not _is_too_late(row, now)]
        for row in rows:
            if row not in kept:
                _suppress(work, row, "too_late")
        if kept and (carrier := _prepare(work, kept, settings)):
            taken.append(carrier)
    return {"message_ids": taken}


def _together(row: Row) -> tuple[str, str]:
    """Rows with the same key are one message."""
    return (row["client_id"], "visits" if row["kind"] in ABOUT_A_VISIT else row["message_id"])


def _is_too_late(row: Row, now: datetime) -> bool:
    """A visit that has begun, an offer that nobody can accept any more."""
    over = {"offer": row["offer_expires_at"]} | dict.fromkeys(ABOUT_A_VISIT, row["visit_starts_at"])
    ends = over.get(row["kind"])
    return ends is not None and ends <= now


def _suppress(work: Work, row: Row, reason: str) -> None:
    work.update("messages", row["message_id"], status="suppressed", status_reason=reason, known_at=work.now)


def _prepare(work: Work, rows: list[Row], settings: MessageSettings) -> str | None:
    """One message of these rows, in words; its id, or None if nobody hears it."""
    first = rows[0]
    contact = queries.contacts(work, [first["client_id"]], KINDS[first["kind"]].purpose)[first["client_id"]]
    is_visit = first["kind"] in ABOUT_A_VISIT
    if not settings.is_on:
        way = Way(first["channel"], None, "messages_off")
    elif is_visit:
        way = way_to(contact, first["kind"], is_text_on=settings.is_text_on)
    else:
        way = way_on(contact, first["kind"], first["channel"], is_text_on=settings.is_text_on)
    if way.reason:
        for row in rows:
            _suppress(work, row, way.reason)
        return None
    words = _visit_words(work, rows, way.channel, contact, settings) if is_visit else {}
    for row in rows:
        is_carrier = row is first
        work.update(
            "messages",
            row["message_id"],
            status="sending",
            status_reason=None,
            channel=way.channel,
            address=way.address,
            attempts=row["attempts"] + 1,
            carried_by=None if is_carrier else first["message_id"],
            known_at=work.now,
            **(words if is_carrier else {}),
        )
    return str(first["message_id"])


def _visit_words(work: Work, rows: list[Row], channel: str, contact: Row, settings: MessageSettings) -> Row:
    """From the visits as they stand now: a message of its kind for one of them, a list for several."""
    ids = {row[name] for row in rows for name in ("appointment_id", "known_appointment_id") if row[name]}
    visits = queries.visits(work, sorted(ids))
    said = []
    for row in rows:
        visit, was = visits[row["appointment_id"]], visits.get(row["known_appointment_id"])
        link = "" if row["kind"] == "cancelled" else _manage_link(work, row, settings)
        said.append((row["kind"], visit_values(visit, contact, was, link)))
    phone = visits[rows[0]["appointment_id"]]["phone"]
    if len(rows) == 1:
        kind, values = said[0]
        return worded(work, kind, channel, always(contact, settings, phone) | values)
    changes = change_lines(said, channel)
    return worded(work, "several", channel, always(contact, settings, phone) | {"changes": changes})


def _manage_link(work: Work, row: Row, settings: MessageSettings) -> str:
    if not settings.public_url:
        return ""
    attendee = queries.attendance(work, row["appointment_id"], row["client_id"])
    return settings.link(f"/visit/{make_manage_link(work, attendee['attendee_id'])}") if attendee else ""


@command(Permission.OPERATE)
def settle_message(work: Work, *, message_id: str, outcome: str, code: str | None = None) -> Row:
    """Write down what became of a message that was being sent, and of those that it carried; `code` says why.

    `outcome`: sent; again (it waits for the next try, or has failed after the last one); failed; unsure (it may have
    been sent: it is never tried again unless a person says so).
    """
    message = work.get("messages", message_id, "message")
    if message["status"] != "sending":
        return {"status": message["status"]}
    values: Row = {"status_reason": code, "known_at": work.now}
    if outcome == "sent":
        values |= {"status": "sent", "sent_at": work.now}
    elif outcome == "again" and message["attempts"] <= len(WAITS):
        not_before_at = stored(work.now) + WAITS[message["attempts"] - 1]
        values |= {"status": "queued", "not_before_at": not_before_at, "carried_by": None}
    else:
        values |= {"status": "failed"}
    for one in (message_id, *queries.carried(work, message_id, "sending")):
        work.update("messages", one, **values)
    return {"status": values["status"]}


@command(Permission.OPERATE)
def settle_interrupted(work: Work) -> Row:
    """When sending begins, nobody else is sending: what was on its way when a process ended may have been sent."""
    ids = queries.sending(work)
    for message_id in ids:
        work.update("messages", message_id, status="failed", status_reason="interrupted", known_at=work.now)
    return {"interrupted": len(ids)}
