"""What online booking reads: what is offered where, a visit and its chain of moves, keys, who resembles whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from practice.store.work import Reader, Row


def location_by_slug(reader: Reader, slug: str) -> Row | None:
    """The active location with that public address."""
    return next((row for row in open_locations(reader) if row["slug"] == slug), None)


def open_locations(reader: Reader) -> list[Row]:
    """Active locations that have a public page, by name."""
    rows = [row for row in reader.all("locations") if row["is_active"] and row["slug"] is not None]
    return sorted(rows, key=lambda row: (row["name"], row["location_id"]))


def offered_services(reader: Reader, location_id: str) -> list[Row]:
    """Services that clients see there: to book, with `provider_ids` of who gives them online there; or to ask for."""
    here = {row["provider_id"] for row in reader.those("availability", "location_id", location_id)}
    opened = reader.those("availability_exceptions", "location_id", location_id)
    here |= {row["provider_id"] for row in opened if row["is_open"]}
    names = {
        row["provider_id"]: row["name"]
        for row in reader.those("providers", "provider_id", *here)
        if row["is_active"] and row["is_online"]
    }
    given = [row for row in reader.those("provider_services", "provider_id", *names) if row["is_active"]]
    shown = []
    for service in sorted(reader.all("services"), key=lambda row: (row["name"], row["service_id"])):
        if not service["is_active"] or service["online"] not in ("bookable", "contact"):
            continue
        givers = {row["provider_id"] for row in given if row["service_id"] == service["service_id"]}
        if givers or service["online"] == "contact":
            shown.append(service | {"provider_ids": sorted(givers, key=lambda one: (names[one], one))})
    return shown


def providers(reader: Reader, provider_ids: Sequence[str]) -> list[Row]:
    """Those providers, by name: what clients may read about them."""
    shown = ("provider_id", "name", "discipline", "about")
    rows = sorted(
        reader.those("providers", "provider_id", *provider_ids), key=lambda row: (row["name"], row["provider_id"])
    )
    return [{name: row[name] for name in shown} for row in rows]


def busy_minutes(reader: Reader, provider_ids: Sequence[str], day: date) -> dict[str, int]:
    """How many minutes of care each provider has on that day already."""
    rows = reader.rows(
        "select provider_id, sum(duration_minutes) as minutes from appointments where start_date = ?"
        " and list_contains(?, provider_id) and status in ('scheduled', 'in_session', 'completed') group by 1",
        day,
        list(provider_ids),
    )
    return {row["provider_id"]: int(row["minutes"]) for row in rows}


# --- one's own visit -------------------------------------------------------------------------------------------------


def link(reader: Reader, token_hash: str) -> Row | None:
    """The manage link with that hash."""
    return reader.one("select * from manage_links where token_hash = ?", token_hash)


def last_attendee(reader: Reader, attendee_id: str) -> str:
    """The end of an attendee's chain of moves."""
    for _ in range(1_000):
        onward = reader.value("select moved_to_attendee_id from attendees where attendee_id = ?", attendee_id)
        if onward is None:
            break
        attendee_id = onward
    return attendee_id


def visit(reader: Reader, attendee_id: str) -> Row | None:
    """One client's visit as they may see it: the attendee's and the appointment's facts with the names around them."""
    return reader.one(
        "select t.attendee_id, t.client_id, t.status, t.cancelled_by, t.booked_at, a.appointment_id, a.location_id,"
        " a.provider_id, a.service_id, a.wall_start, a.wall_end, a.zone, a.starts_at, a.ends_at, a.start_date,"
        " a.duration_minutes, a.mode, a.video_link, a.capacity, s.name as service, s.preparation, s.online,"
        " p.name as provider, l.name as location, l.address, l.directions, l.phone, l.slug"
        " from attendees t join appointments a using (appointment_id) join services s using (service_id)"
        " join providers p using (provider_id) join locations l on l.location_id = a.location_id"
        " where t.attendee_id = ?",
        attendee_id,
    )


def booked_by(reader: Reader, attendee_id: str) -> str | None:
    """The id of who booked the attendee."""
    booker: str | None = reader.value(
        "select actor_id from appointment_events where attendee_id = ? and kind in ('booked', 'attendee_added')"
        " order by known_at limit 1",
        attendee_id,
    )
    return booker


# --- people ----------------------------------------------------------------------------------------------------------


def same_people(reader: Reader, given_name: str, family_name: str, birth_date: date) -> list[Row]:
    """Active clients of that name (accents and case aside) born on that day, the oldest record first."""
    folded = "strip_accents(lower({}))".format
    return reader.rows(
        f"select client_id, phone, email from clients where is_active and birth_date = ?"
        f" and {folded('given_name')} = {folded('?')} and {folded('family_name')} = {folded('?')}"
        " order by created_at, client_id",
        birth_date,
        given_name,
        family_name,
    )


def reviews(reader: Reader, location_ids: Sequence[str] = ()) -> list[Row]:
    """New clients from online that nobody has looked at yet, the oldest first, with their next visit."""
    return reader.rows(
        "select r.*, c.given_name || ' ' || c.family_name as name, c.birth_date, c.phone, c.email, c.is_active,"
        " c.location_id, min(a.wall_start) as wall_start"
        " from client_reviews r join clients c using (client_id)"
        " left join attendees t on t.client_id = c.client_id and t.status = 'scheduled'"
        " left join appointments a on a.appointment_id = t.appointment_id"
        " where r.outcome is null and (? or list_contains(?, c.location_id)) group by all order by r.made_at",
        not location_ids,
        sorted(location_ids),
    )


def visits_of(reader: Reader, client_id: str) -> list[Row]:
    """Every attendee of a client, with the appointment's start and status."""
    return reader.rows(
        "select t.*, a.status as appointment_status, a.starts_at from attendees t join appointments a"
        " using (appointment_id) where t.client_id = ? order by a.starts_at",
        client_id,
    )


# --- keys ------------------------------------------------------------------------------------------------------------


def key_by_hash(reader: Reader, key_hash: str) -> Row | None:
    """The API key with that hash."""
    return reader.one("select * from api_keys where key_hash = ?", key_hash)


def api_keys(reader: Reader) -> list[Row]:
    """Every key, the newest first; never its hash."""
    return reader.rows("select * exclude (key_hash) from api_keys order by created_at desc, api_key_id")


TOUCH_KEY: Any = "update api_keys set last_used_at = ? where api_key_id = ?"
"""When a key was last used: housekeeping, no command."""


def is_told(reader: Reader, appointment_id: str) -> bool:
    """Whether a confirmation of the visit waits to leave, or has left."""
    found = reader.value(
        "select 1 from messages where appointment_id = ? and kind = 'confirmation'"
        " and status in ('queued', 'sending', 'sent') limit 1",
        appointment_id,
    )
    return bool(found)
