"""Reads about people and places; those about clients are in client_queries and re-exported here.

Lists of the practice's furniture (locations, services …) are open to everybody who may sign in: they hold nothing about
clients.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from practice.access.permissions import Actor, Permission, require
from practice.clock import stored, to_instant
from practice.people.beginning_queries import setup_progress
from practice.people.client_queries import (
    client,
    duplicates,
    is_guarantor,
    likely_duplicates,
    names_of,
    policies_of,
    require_client,
    search_clients,
    sees_client,
)
from practice.store.tables import TABLES
from practice.store.work import Reader, Row

__all__ = [
    "beyond_room_capacity", "beyond_service_capacity", "client", "contracts", "contracts_of", "duplicates",
    "is_guarantor", "likely_duplicates", "locations", "name_taken", "names_of", "payers", "policies_of", "practice",
    "provider_codes", "provider_service", "providers", "referral_sources", "require_client", "rooms", "search_clients",
    "sees_client", "services", "services_of", "setup_progress", "slug_taken", "upcoming_appointments",
]  # fmt: skip

_OPEN = "('scheduled', 'in_session')"


def practice(reader: Reader) -> Row:
    """The settings: practice_name, zone, currency, and lock_date, vocabulary, demo_today where they are set."""
    return {row["name"]: reader.setting(row["name"]) for row in reader.rows("select name from settings order by name")}


def locations(reader: Reader, actor: Actor, *, include_inactive: bool = False) -> list[Row]:
    """The actor's locations, by name."""
    return reader.rows(
        "select * from locations where (is_active or ?) and (? or list_contains(?, location_id)) order by name",
        include_inactive,
        not actor.location_ids,
        sorted(actor.location_ids),
    )


def rooms(reader: Reader, actor: Actor, location_id: str | None = None, *, include_inactive: bool = False) -> list[Row]:
    """Rooms of the actor's locations (or of one of them), with `location_name`."""
    return reader.rows(
        "select r.*, l.name as location_name from rooms r join locations l using (location_id)"
        " where (r.is_active or ?) and (? or list_contains(?, location_id)) and location_id = coalesce(?, location_id)"
        " order by l.name, r.name",
        include_inactive,
        not actor.location_ids,
        sorted(actor.location_ids),
        location_id,
    )


def providers(
    reader: Reader, actor: Actor, service_id: str | None = None, *, include_inactive: bool = False
) -> list[Row]:
    """Providers (those who give a service, if one is named), each with its `service_ids`."""
    del actor  # everybody may know who works here
    return reader.rows(
        "select p.*, coalesce(list(s.service_id order by s.service_id) filter (s.is_active), []) as service_ids"
        " from providers p left join provider_services s using (provider_id) where p.is_active or ?"
        " group by all having ? is null or list_contains(service_ids, ?) order by p.name",
        include_inactive,
        service_id,
        service_id,
    )


def services(
    reader: Reader, actor: Actor, provider_id: str | None = None, *, include_inactive: bool = False
) -> list[Row]:
    """Services (those that a provider gives, if one is named), each with its `provider_ids`."""
    del actor
    return reader.rows(
        "select s.*, coalesce(list(p.provider_id order by p.provider_id) filter (p.is_active), []) as provider_ids"
        " from services s left join provider_services p using (service_id) where s.is_active or ?"
        " group by all having ? is null or list_contains(provider_ids, ?) order by s.name",
        include_inactive,
        provider_id,
        provider_id,
    )


def payers(reader: Reader, actor: Actor, *, include_inactive: bool = False) -> list[Row]:
    """Payers by name."""
    del actor
    return reader.rows("select * from payers where is_active or ? order by name", include_inactive)


def contracts(reader: Reader, actor: Actor, payer_id: str) -> list[Row]:
    """What a payer allows, newest first, with `service_name`."""
    require(actor, Permission.SEE_MONEY)
    return reader.rows(
        "select c.*, s.name as service_name from payer_contracts c join services s using (service_id)"
        " where payer_id = ? order by s.name, effective_from desc",
        payer_id,
    )


def referral_sources(reader: Reader, actor: Actor, *, include_inactive: bool = False) -> list[Row]:
    """Where clients come from, by name."""
    del actor
    return reader.rows("select * from referral_sources where is_active or ? order by name", include_inactive)


def slug_taken(reader: Reader, slug: str, *, except_key: str | None = None) -> bool:
    """Whether another location has that public address."""
    return bool(
        reader.value("select 1 from locations where slug = ? and location_id is distinct from ?", slug, except_key)
    )


def name_taken(
    reader: Reader, table: str, name: str, *, except_key: str | None = None, location_id: str | None = None
) -> bool:
    """Whether another row of the table (at that location, if one is given) has the name, in whatever case."""
    key = TABLES[table].key
    place = " and location_id = ?" if location_id else ""
    return bool(
        reader.value(
            f"select 1 from {table} where lower(name) = lower(?) and {key} is distinct from ?{place}",
            *[name, except_key, *([location_id] if location_id else [])],
        )
    )


def provider_codes(reader: Reader) -> dict[str, str]:
    """Code → provider_id."""
    return {row["code"]: row["provider_id"] for row in reader.rows("select code, provider_id from providers")}


def provider_service(reader: Reader, provider_id: str, service_id: str) -> Row | None:
    """The row that lets the provider be booked for the service, an ended one too."""
    return reader.one(
        "select * from provider_services where provider_id = ? and service_id = ?", provider_id, service_id
    )


def services_of(reader: Reader, provider_id: str) -> list[str]:
    """The services that a provider gives now."""
    rows = reader.rows("select service_id from provider_services where provider_id = ? and is_active", provider_id)
    return [row["service_id"] for row in rows]


def contracts_of(reader: Reader, payer_id: str, service_id: str) -> list[Row]:
    """What a payer has allowed for a service, oldest first."""
    return reader.rows(
        "select * from payer_contracts where payer_id = ? and service_id = ? order by effective_from",
        payer_id,
        service_id,
    )


def upcoming_appointments(reader: Reader, column: str, key: str, *, after: date | None = None) -> list[str]:
    """Open visits that have yet to begin at a location, in a room, with a provider or of a service."""
    since: datetime = stored(reader.now)
    if after is not None:
        midnight = to_instant(datetime.combine(after + timedelta(days=1), time()), reader.setting("zone", "UTC"))
        since = max(since, stored(midnight))
    return _ids(
        reader.rows(
            f"select appointment_id from appointments where {column} = ? and starts_at >= ? and status in {_OPEN}"
            " order by starts_at, appointment_id",
            key,
            since,
        )
    )


def beyond_service_capacity(reader: Reader, service_id: str, capacity: int) -> list[str]:
    """Upcoming visits of a service with more clients than the capacity."""
    return _ids(
        reader.rows(
            "select appointment_id from appointments p join attendees a using (appointment_id)"
            f" where service_id = ? and starts_at >= ? and p.status in {_OPEN}"
            " and a.status not in ('cancelled', 'rescheduled', 'entered_in_error')"
            " group by appointment_id, starts_at having count(*) > ? order by starts_at, appointment_id",
            service_id,
            reader.now,
            capacity,
        )
    )


def beyond_room_capacity(reader: Reader, room_id: str, capacity: int) -> list[str]:
    """Upcoming visits that hold a place in the room above the capacity."""
    return _ids(
        reader.rows(
            "select distinct appointment_id, p.starts_at from claims c join appointments p using (appointment_id)"
            " where p.room_id = ? and resource_kind = 'room' and c.lane >= ? and p.starts_at >= ?"
            " order by p.starts_at, appointment_id",
            room_id,
            capacity,
            reader.now,
        )
    )


def _ids(rows: list[Row]) -> list[str]:
    return [row["appointment_id"] for row in rows]
