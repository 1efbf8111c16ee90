"""The facts that the waitlist's commands and pages decide on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from practice.access.permissions import Actor
from practice.store.work import Reader, Row

LISTS = ("location_ids", "provider_ids", "windows")
LIVE = ("planned", "sent", "unreachable")
"""Offers that may still be accepted, by the link or by the desk."""


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values)) or "null"


# --- entries ---------------------------------------------------------------------------------------------------------


def waiting(reader: Reader) -> list[Row]:
    """Every waiting entry, those who wait longest first: its columns, lists decoded; and of its service
    `service_name`, `minutes`."""
    rows = reader.rows(
        "select e.*, s.name as service_name, s.duration_minutes as minutes from waitlist_entries e"
        " join services s using (service_id) where e.status = 'waiting' order by e.created_at, e.waitlist_entry_id"
    )
    return [_decoded(row) for row in rows]


def entry(reader: Reader, entry_id: str) -> Row:
    """One entry, lists decoded; NotFound if there is none."""
    return _decoded(reader.get("waitlist_entries", entry_id, "waitlist entry"))


def anybody_waits(reader: Reader) -> bool:
    """Whether anybody waits at all."""
    return bool(reader.value("select 1 from waitlist_entries where status = 'waiting' limit 1"))


def waiting_entry_of(reader: Reader, client_id: str, service_id: str) -> str | None:
    """The client's waiting entry for that service, or None."""
    found: str | None = reader.value(
        "select waitlist_entry_id from waitlist_entries where client_id = ? and service_id = ? and status = 'waiting'",
        client_id,
        service_id,
    )
    return found


def entries_with_fallback(reader: Reader, appointment_id: str) -> list[str]:
    """The waiting entries whose fallback is that visit."""
    rows = reader.rows(
        "select waitlist_entry_id from waitlist_entries where fallback_appointment_id = ? and status = 'waiting'",
        appointment_id,
    )
    return [row["waitlist_entry_id"] for row in rows]


def fallbacks(reader: Reader, entries: Iterable[Row]) -> dict[str, Row]:
    """The fallback visits of these entries by appointment_id: columns of appointments."""
    ids = [row["fallback_appointment_id"] for row in entries if row["fallback_appointment_id"]]
    rows = reader.rows(f"select * from appointments where appointment_id in ({_marks(ids)})", *ids)
    return {row["appointment_id"]: row for row in rows}


def later_visits(reader: Reader, client_id: str, service_id: str, after: datetime) -> list[Row]:
    """The client's scheduled visits of that service that begin after the instant, in order."""
    return reader.rows(
        "select a.* from appointments a where a.appointment_id in (select appointment_id from attendees"
        " where client_id = ? and status = 'scheduled') and a.service_id = ? and a.status = 'scheduled'"
        " and a.starts_at > ? order by a.starts_at",
        client_id,
        service_id,
        after,
    )


def attendee_in(reader: Reader, appointment_id: str, client_id: str) -> Row | None:
    """The client's place in that visit, while it is scheduled."""
    return reader.one(
        "select * from attendees where appointment_id = ? and client_id = ? and status = 'scheduled'",
        appointment_id,
        client_id,
    )


def names(reader: Reader, client_ids: Sequence[str]) -> dict[str, str]:
    """Names of clients by id."""
    rows = reader.rows(
        "select client_id, given_name || ' ' || family_name as name from clients"
        f" where client_id in ({_marks(client_ids)})",
        *client_ids,
    )
    return {row["client_id"]: row["name"] for row in rows}


# --- rounds and offers -----------------------------------------------------------------------------------------------


def open_rounds(reader: Reader) -> list[Row]:
    """Rounds that are open, the ones whose place begins first first."""
    return reader.rows("select * from offer_rounds where status = 'open' order by starts_at, offer_round_id")


def rounds_since(reader: Reader, since: datetime) -> list[Row]:
    """Open rounds, the ones whose place begins first first; then those that ended since, the newest first."""
    return reader.rows(
        "select * from offer_rounds where status = 'open' or closed_at >= ?"
        " order by status <> 'open', case when status = 'open' then starts_at end, closed_at desc, offer_round_id",
        since,
    )


def offers_of_rounds(reader: Reader, round_ids: Sequence[str]) -> list[Row]:
    """The offers of these rounds, in the order in which each round sends them."""
    return reader.rows(f"select * from offers where offer_round_id in ({_marks(round_ids)}) order by rank", *round_ids)


def moved_from(reader: Reader, appointment_ids: Sequence[str | None]) -> dict[str, Row]:
    """Of these visits, those that were moved there: its id → the visit that it was before."""
    ids = [one for one in appointment_ids if one]
    rows = reader.rows(
        "select n.appointment_id as successor_id, o.* from appointments n"
        f" join appointments o on o.appointment_id = n.moved_from_id where n.appointment_id in ({_marks(ids)})",
        *ids,
    )
    return {row["successor_id"]: row for row in rows}


def round_at(reader: Reader, provider_id: str, starts_at: datetime) -> Row | None:
    """The open round for that provider and start, or None."""
    return reader.one(
        "select * from offer_rounds where status = 'open' and provider_id = ? and starts_at = ?", provider_id, starts_at
    )


def offers_of(reader: Reader, round_id: str) -> list[Row]:
    """The offers of a round in the order in which they are sent."""
    return reader.rows("select * from offers where offer_round_id = ? order by rank", round_id)


def live_offers_of_entry(reader: Reader, entry_id: str) -> list[Row]:
    """Offers to that entry that are not settled yet."""
    return reader.rows(
        f"select * from offers where waitlist_entry_id = ? and status in ({_marks(LIVE)})", entry_id, *LIVE
    )


def asked_clients(reader: Reader) -> set[str]:
    """Clients to whom an offer has gone out that waits for its answer."""
    return {row["client_id"] for row in reader.rows("select distinct client_id from offers where status = 'sent'")}


def offer_by_token(reader: Reader, token_hash: str) -> Row | None:
    """The offer whose link has that hash, or None."""
    return reader.one("select * from offers where token_hash = ?", token_hash)


def hold_stands(reader: Reader, hold_id: str | None) -> bool:
    """Whether the hold keeps its place now."""
    return bool(
        reader.value(
            "select count(*) from holds where hold_id = ? and outcome is null and expires_at > ?", hold_id, reader.now
        )
    )


def sees(actor: Actor, row: Row) -> bool:
    """Whether a round (one location) or an entry (some, or any) concerns the actor's locations."""
    if not actor.location_ids:
        return True
    places = [row["location_id"]] if "location_id" in row else row["location_ids"]
    return not places or bool(actor.location_ids & set(places))


def _decoded(row: Row) -> Row:
    return row | {name: json.loads(row[name]) for name in LISTS}
