"""Recalls: some time after a service was done the client should come again. What is due follows from the visits."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

import pyarrow as pa

from practice.access.permissions import Permission
from practice.clock import local_date, stored
from practice.errors import Conflict, Refusal
from practice.messages import outbox
from practice.messages import recall_queries as facts
from practice.messages.queries import clients_of
from practice.people import checks
from practice.people.client_queries import require_client
from practice.people.setup import practice_today
from practice.scheduling.follow_ups import Happening, follows
from practice.store.record import command
from practice.store.work import Row, Work

REMINDERS = ("recall", "recall_second", "recall_third")
"""The kind of message of the first contact, the second, and every later one."""

_TYPE: checks.Checks = {
    "name": partial(checks.text, what="The name", field="name", limit=80),
    "interval_days": partial(checks.whole, what="The interval in days", field="interval_days", low=1, high=3650),
    "rest_days": partial(checks.whole, what="How many days a client is left alone", field="rest_days", low=0, high=365),
    "is_active": partial(checks.flag, what="Whether the recall is in use", field="is_active"),
}


_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("recall_id", "recall_type_id", "client_id", "trigger_appointment_id")),
        ("due_date", pa.date32()),
        ("status", pa.string()),
        ("contacts", pa.int32()),
        ("last_contacted_at", pa.timestamp("us")),
        ("appointment_id", pa.string()),
        ("known_at", pa.timestamp("us")),
    ]
)


@command(Permission.SET_UP)
def add_recall_type(
    work: Work, *, name: str, trigger_service_id: str, book_service_id: str, interval_days: int, rest_days: int = 14
) -> Row:
    """Say what makes a client due again: `interval_days` after `trigger_service_id` was done, `book_service_id` is due.

    Visits of the last interval and the 180 days before it count at once. Answers {recall_type_id, due}: how many
    recalls that makes.
    """
    kept = checks.changed({"name": name, "interval_days": interval_days, "rest_days": rest_days}, _TYPE, "recall")
    for service_id, field in ((trigger_service_id, "trigger_service_id"), (book_service_id, "book_service_id")):
        if not work.get("services", service_id, "service")["is_active"]:
            raise Refusal("That service is not offered any more; choose another one.", rule="inactive", field=field)
    _check_name(work, kept["name"], None)
    row = {
        "recall_type_id": work.new_id(),
        **kept,
        "trigger_service_id": trigger_service_id,
        "book_service_id": book_service_id,
        "is_active": True,
    }
    work.insert("recall_types", row)
    since = practice_today(work) - timedelta(days=kept["interval_days"] + 180)
    found = facts.first_recalls(work, trigger_service_id, book_service_id, since)
    if found:
        rows = [_recall(work, one["client_id"], row, one, one["booked_id"]) for one in found]
        work.insert_many("recalls", pa.Table.from_pylist(rows, schema=_SCHEMA))
    return {"recall_type_id": row["recall_type_id"], "due": len(found)}


@command(Permission.SET_UP)
def change_recall_type(work: Work, *, recall_type_id: str, **fields: object) -> Row:
    """Change the name, the interval, the days of rest, or whether it is in use. Recalls that are due keep their day."""
    work.get("recall_types", recall_type_id, "recall type")
    kept = checks.changed(fields, _TYPE, "recall")
    if "name" in kept:
        _check_name(work, kept["name"], recall_type_id)
    work.update("recall_types", recall_type_id, **kept)
    return {"recall_type_id": recall_type_id}


def _check_name(work: Work, name: str, except_id: str | None) -> None:
    if facts.type_named(work, name, except_id):
        raise Conflict("There is a recall of that name; choose another name.", rule="name_taken", field="name")


@follows("booked", "attendee_added", "cancelled", "restored", "entered_in_error", "completed", "no_show", "corrected")
def follow_recalls(work: Work, happening: Happening) -> None:
    """A visit of a service that recalls are about: what is due to its clients is worked out anew."""
    concerned = happening.attendee_ids
    types = facts.types_about(work, happening.appointment["service_id"]) if concerned else []
    if types:
        for client_id in clients_of(work, concerned):
            for kind in types:
                # Only a visit that was done makes a recall; a booking can do no more than answer one.
                if happening.kind not in ("booked", "attendee_added") or facts.recalls_of(
                    work, client_id, kind["recall_type_id"]
                ):
                    settle_recalls(work, client_id, kind)


def settle_recalls(work: Work, client_id: str, kind: Row) -> None:
    """What is due to a client follows from the visits alone, so that a corrected one takes back what it made.

    The latest completed visit of the trigger has the one open recall: `booked` while a visit of the service to book is
    coming. Recalls of earlier visits are `done` if such a visit followed them, else `superseded`.
    """
    last = facts.last_done(work, client_id, kind["trigger_service_id"])
    current = None
    for row in facts.recalls_of(work, client_id, kind["recall_type_id"]):
        if last is not None and row["trigger_appointment_id"] == last["appointment_id"]:
            current = row
        elif row["status"] in ("due", "booked", "done"):
            is_done = last is not None and facts.done_between(
                work, client_id, kind["book_service_id"], row["trigger_appointment_id"]
            )
            _state(work, row, "done" if is_done else "superseded", None)
    if last is None:
        return
    if facts.done_between(work, client_id, kind["book_service_id"], last["appointment_id"]):
        if current:
            _state(work, current, "done", None)
        return
    if current and current["status"] == "declined":
        return
    booked_id = facts.next_booked(work, client_id, kind["book_service_id"], last["starts_at"])
    if current:
        _state(work, current, "booked" if booked_id else "due", booked_id)
    else:
        work.insert("recalls", _recall(work, client_id, kind, last, booked_id))


def _recall(work: Work, client_id: str, kind: Row, last: Row, booked_id: str | None) -> Row:
    return {
        "recall_id": work.new_id(),
        "recall_type_id": kind["recall_type_id"],
        "client_id": client_id,
        "trigger_appointment_id": last["appointment_id"],
        "due_date": last["start_date"] + timedelta(days=kind["interval_days"]),
        "status": "booked" if booked_id else "due",
        "contacts": 0,
        "last_contacted_at": None,
        "appointment_id": booked_id,
        "known_at": stored(work.now),
    }


def _state(work: Work, recall: Row, status: str, appointment_id: str | None) -> None:
    if (recall["status"], recall["appointment_id"]) != (status, appointment_id):
        work.update("recalls", recall["recall_id"], status=status, appointment_id=appointment_id, known_at=work.now)
        if status != "due":
            outbox.withdraw(work, recall_id=recall["recall_id"])


def rests_until(last_contacted_at: datetime | None, rest_days: int, zone: str) -> date | None:
    """The first day on which the client may be asked again; None if nobody has asked yet."""
    return None if last_contacted_at is None else local_date(last_contacted_at, zone) + timedelta(days=rest_days)


def _due(work: Work, recall_id: str) -> tuple[Row, Row]:
    """The recall and its type, if the client is the actor's and the recall is still due."""
    recall = work.get("recalls", recall_id, "recall")
    require_client(work, work.actor, recall["client_id"])
    if recall["status"] != "due":
        raise Conflict(f"This recall is {recall['status']} by now; reload the list.", rule="recall_status")
    return recall, work.get("recall_types", recall["recall_type_id"], "recall type")


@command(Permission.BOOK)
def send_recall(work: Work, *, recall_id: str) -> Row:
    """Remind the client through the outbox; the second and third text differ. Refused while the client is left alone.

    Refused, too, where no message may go: without consent to reminders, or without an address.
    """
    recall, kind = _due(work, recall_id)
    until = rests_until(recall["last_contacted_at"], kind["rest_days"], work.setting("zone", "UTC"))
    if until is not None and practice_today(work) < until:
        raise Conflict(
            f"This client was asked a short while ago and is left alone until {until}.",
            rule="rest_days",
            alternatives=[str(until)],
        )
    sent = outbox.queue(
        work,
        kind=REMINDERS[min(recall["contacts"], len(REMINDERS) - 1)],
        client_id=recall["client_id"],
        context=_context(work, recall, kind),
        dedupe_key=f"recall:{recall_id}:{recall['contacts']}",
        recall_id=recall_id,
    )
    if not sent:
        raise Conflict(
            "No reminder may be sent to this client: record the consent to reminders and an address on the client's "
            "page, or call and mark the client as asked.",
            rule="not_reachable",
        )
    _asked(work, recall)
    return {"recall_id": recall_id, "message_ids": sent}


def _context(work: Work, recall: Row, kind: Row) -> Row:
    context: Row = {"service_id": kind["book_service_id"], "due": recall["due_date"]}
    visit = work.find("appointments", recall["trigger_appointment_id"])
    if visit:
        context |= {"since": visit["start_date"], "location_id": visit["location_id"]}
        slug = work.get("locations", visit["location_id"], "location")["slug"]
        is_online = work.get("services", kind["book_service_id"], "service")["online"] == "bookable"
        context |= {"book_link": f"/book/{slug}"} if slug and is_online else {}
    return context


@command(Permission.BOOK)
def record_recall_contact(work: Work, *, recall_id: str) -> Row:
    """Somebody asked the client in person or by telephone; the client is left alone for the type's days of rest."""
    recall, _ = _due(work, recall_id)
    _asked(work, recall)
    return {"recall_id": recall_id, "contacts": recall["contacts"] + 1}


def _asked(work: Work, recall: Row) -> None:
    work.update(
        "recalls",
        recall["recall_id"],
        contacts=recall["contacts"] + 1,
        last_contacted_at=work.now,
        known_at=work.now,
    )


@command(Permission.BOOK)
def decline_recall(work: Work, *, recall_id: str) -> Row:
    """The client does not want to come again for this; the next completed visit of the kind asks anew."""
    recall, _ = _due(work, recall_id)
    _state(work, recall, "declined", None)
    return {"recall_id": recall_id, "status": "declined"}
