"""Who waits, for what, and until when: add, change and withdraw entries; close those whose day has come."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date, time, timedelta
from functools import partial
from typing import Any

from practice.access.permissions import Permission
from practice.clock import local_date, stored
from practice.errors import Conflict, Refusal
from practice.people import checks
from practice.people.queries import require_client
from practice.scheduling import booking_queries as facts
from practice.store.record import command
from practice.store.work import Reader, Row, Work
from practice.waitlist import queries

DAYS_KEPT = 90
"""How long somebody waits who names no day."""


def _ids(value: Any, what: str, field: str) -> list[str]:
    if isinstance(value, str) or not all(isinstance(one, str) for one in value):
        raise Refusal(f"{what} are a list of ids.", field=field)
    return list(dict.fromkeys(value))


def _windows(value: Iterable[Row]) -> list[Row]:
    """Windows as they are kept: by weekday and start, each within one day."""
    kept = []
    for row in value:
        weekday = checks.whole(row.get("weekday"), "A window's weekday (1 = Monday)", "windows", 1, 7)
        try:
            start, end = time.fromisoformat(str(row["start"])), time.fromisoformat(str(row["end"]))
        except (KeyError, ValueError):
            raise Refusal("A window's times are written like 09:00.", rule="window", field="windows") from None
        if start >= end:
            raise Refusal(
                f"A window from {start:%H:%M} to {end:%H:%M} holds no time; its end comes after its start.",
                rule="window",
                field="windows",
            )
        kept.append({"weekday": weekday, "start": f"{start:%H:%M}", "end": f"{end:%H:%M}"})
    return sorted(kept, key=lambda one: (one["weekday"], one["start"], one["end"]))


_FIELDS: dict[str, Callable[[Any], Any]] = {
    "location_ids": partial(_ids, what="Places", field="location_ids"),
    "provider_ids": partial(_ids, what="Providers", field="provider_ids"),
    "windows": _windows,
    "earliest_date": partial(checks.day, what="The earliest day", field="earliest_date"),
    "expires_date": partial(checks.day, what="The last day", field="expires_date"),
    "notice_minutes": partial(
        checks.whole, what="The notice in minutes", field="notice_minutes", low=0, high=14 * 24 * 60
    ),
    "urgency": partial(checks.whole, what="The urgency", field="urgency", low=1, high=3),
    "fallback_appointment_id": lambda value: value or None,
    "note": partial(checks.optional_text, what="The note", field="note"),
}


@command(Permission.BOOK)
def add_waitlist_entry(work: Work, *, client_id: str, service_id: str, **fields: Any) -> Row:
    """Put a client on the waitlist for a service. A client waits at most once for the same service.

    Fields, all optional: location_ids, provider_ids and windows (empty = any; a window is {weekday, start, end}),
    earliest_date (today), expires_date (in 90 days), notice_minutes (120: how long before a visit the client can still
    come), urgency (1 to 3), fallback_appointment_id (the later visit that an earlier one replaces), note.
    """
    require_client(work, work.actor, client_id)
    if not work.get("clients", client_id, "client")["is_active"]:
        raise Refusal("This client is archived; make the client active again first.", rule="client_inactive")
    service = work.get("services", service_id, "service")
    if not service["is_active"]:
        raise Refusal(
            f"{service['name']} is not offered any more; choose another.", rule="inactive", field="service_id"
        )
    if queries.waiting_entry_of(work, client_id, service_id):
        raise Conflict(
            f"This client waits for {service['name']} already; change that entry instead.",
            rule="waits_already",
            field="service_id",
        )
    today = _today(work)
    row = {
        "waitlist_entry_id": work.new_id(),
        "client_id": client_id,
        "service_id": service_id,
        "location_ids": [],
        "provider_ids": [],
        "windows": [],
        "earliest_date": today,
        "expires_date": today + timedelta(days=DAYS_KEPT),
        "notice_minutes": 120,
        "urgency": 1,
        "fallback_appointment_id": None,
        "status": "waiting",
        "note": None,
        "created_at": stored(work.now),
        "closed_at": None,
        "known_at": stored(work.now),
    } | checks.changed(fields, _FIELDS, "waitlist entry")
    _check(work, row, today)
    work.insert("waitlist_entries", _encoded(row))
    return {"waitlist_entry_id": row["waitlist_entry_id"]}


@command(Permission.BOOK)
def change_waitlist_entry(work: Work, *, waitlist_entry_id: str, **fields: Any) -> Row:
    """Change what a waiting client wishes. Offers that went out stand: they can still be answered."""
    present = _waiting(work, waitlist_entry_id)
    kept = checks.changed(fields, _FIELDS, "waitlist entry")
    _check(work, present | kept, _today(work))
    work.update("waitlist_entries", waitlist_entry_id, known_at=work.now, **_encoded(kept))
    return {"waitlist_entry_id": waitlist_entry_id}


@command(Permission.BOOK)
def withdraw_waitlist_entry(work: Work, *, waitlist_entry_id: str) -> Row:
    """Take a client off the waitlist; offers that wait for an answer are withdrawn with it."""
    _waiting(work, waitlist_entry_id)
    close_entry(work, waitlist_entry_id, "withdrawn")
    return {"waitlist_entry_id": waitlist_entry_id}


def close_entry(work: Work, entry_id: str, status: str, *, except_offer_id: str | None = None) -> None:
    """End an entry: booked, expired or withdrawn. Offers that wait for its answer end with it."""
    from practice.waitlist.offers import withdraw_offers  # offers close entries, too

    work.update("waitlist_entries", entry_id, status=status, closed_at=work.now, known_at=work.now)
    withdraw_offers(work, [
        row for row in queries.live_offers_of_entry(work, entry_id) if row["offer_id"] != except_offer_id
    ])  # fmt: skip


def has_ended(entry: Row, fallback: Row | None, today: date) -> bool:
    """Whether an entry drops off on that day: its last day is over, or the day of its fallback visit has come."""
    return bool(entry["expires_date"] < today or (fallback is not None and fallback["start_date"] <= today))


def ended_entries(reader: Reader) -> list[str]:
    """The waiting entries that drop off now."""
    entries = queries.waiting(reader)
    fallbacks = queries.fallbacks(reader, entries)
    today = _today(reader)
    ended = []
    for entry in entries:
        fallback = fallbacks.get(entry["fallback_appointment_id"])
        day = local_date(reader.now, fallback["zone"]) if fallback else today
        if has_ended(entry, fallback, day):
            ended.append(entry["waitlist_entry_id"])
    return ended


def _today(reader: Reader) -> date:
    return local_date(reader.now, reader.setting("zone", "UTC"))


def _waiting(work: Work, entry_id: str) -> Row:
    row = queries.entry(work, entry_id)
    require_client(work, work.actor, row["client_id"])
    if row["status"] != "waiting":
        words = {"booked": "has been booked", "expired": "has expired", "withdrawn": "was withdrawn"}[row["status"]]
        raise Conflict(f"This waitlist entry {words}; add a new one instead.", rule="not_waiting")
    return row


def _check(work: Work, row: Row, today: date) -> None:
    """What the fields must be to each other and to the practice."""
    if row["expires_date"] < max(row["earliest_date"], today):
        raise Refusal(
            "The last day of waiting comes before the earliest day, or is over; choose a later one.",
            rule="dates",
            field="expires_date",
            alternatives=[str(max(row["earliest_date"], today) + timedelta(days=DAYS_KEPT))],
        )
    for location_id in row["location_ids"]:
        work.get("locations", location_id, "location")
    giving = {one["provider_id"]: one["name"] for one in facts.providers_offering(work, row["service_id"])}
    strangers = [one for one in row["provider_ids"] if one not in giving]
    if strangers:
        name = work.get("providers", strangers[0], "provider")["name"]
        service = work.get("services", row["service_id"], "service")["name"]
        raise Refusal(
            f"{name} does not give {service}; choose {' or '.join(giving.values()) or 'another service'}.",
            rule="not_offered",
            field="provider_ids",
        )
    if row["fallback_appointment_id"]:
        _check_fallback(work, row)


def _check_fallback(work: Work, row: Row) -> None:
    visit = work.get("appointments", row["fallback_appointment_id"], "visit")
    attendee = queries.attendee_in(work, visit["appointment_id"], row["client_id"])
    if attendee is None or visit["starts_at"] <= stored(work.now):
        raise Refusal(
            "The later visit is not a coming visit of this client; choose one that is still booked.",
            rule="fallback",
            field="fallback_appointment_id",
        )
    if visit["service_id"] != row["service_id"]:
        raise Refusal(
            "The later visit is for another service; an earlier place replaces a visit of the same service only.",
            rule="fallback",
            field="fallback_appointment_id",
        )
    if visit["capacity"] > 1:
        raise Refusal(
            "A seat in a group is not given up for an earlier place; leave the later visit out.",
            rule="fallback",
            field="fallback_appointment_id",
        )


def _encoded(row: Row) -> Row:
    return {name: json.dumps(value) if name in queries.LISTS else value for name, value in row.items()}
