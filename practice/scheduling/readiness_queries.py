"""The rows that a provider's readiness is judged by."""

from __future__ import annotations

from practice.store.work import Reader, Row


def given_services(reader: Reader, provider_id: str) -> list[Row]:
    """Active services that the provider gives, by name."""
    return reader.rows(
        "select s.* from services s join provider_services p using (service_id)"
        " where p.provider_id = ? and p.is_active and s.is_active order by s.name",
        provider_id,
    )


def active_locations(reader: Reader, location_ids: list[str]) -> list[Row]:
    """Active locations by name; all of them where none is named."""
    return reader.rows(
        "select * from locations where is_active and (? or list_contains(?, location_id)) order by name",
        not location_ids,
        location_ids,
    )


def active_rooms(reader: Reader, location_ids: list[str]) -> list[Row]:
    """Active rooms of these locations."""
    return reader.rows(
        "select * from rooms where is_active and (? or list_contains(?, location_id)) order by name",
        not location_ids,
        location_ids,
    )


def has_sign_in(reader: Reader, provider_id: str) -> bool:
    """Whether somebody signs in as this provider."""
    return bool(reader.value("select count(*) from users where provider_id = ? and is_active", provider_id))


def has_feed(reader: Reader, provider_id: str) -> bool:
    """Whether a calendar link of the provider opens something."""
    return bool(
        reader.value(
            "select count(*) from calendar_feeds where scope = 'provider' and scope_id = ? and revoked_at is null",
            provider_id,
        )
    )


def usual_rooms(reader: Reader, provider_id: str) -> list[Row]:
    """The room of the provider's newest visit at each location: location_name, room_name. What booking tries first."""
    return reader.rows(
        "select l.name as location_name, arg_max(r.name, a.starts_at) as room_name from appointments a"
        " join locations l using (location_id) join rooms r on r.room_id = a.room_id"
        " where a.provider_id = ? group by l.name order by l.name",
        provider_id,
    )
