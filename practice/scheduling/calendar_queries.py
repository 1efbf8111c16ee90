"""What a calendar draws of some days at some locations: visits, hours, and places that are being booked just now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from practice.access.permissions import Actor, Permission, require, require_location
from practice.clock import stored
from practice.scheduling import booking_queries as facts
from practice.scheduling.block_queries import blocks_of_days
from practice.scheduling.day_hours import hours_row
from practice.scheduling.queries import EMPTY, visits
from practice.scheduling.way_queries import ways_of_days
from practice.scheduling.working import days_from
from practice.store.work import Reader, Row

MOST_DAYS = 7


@dataclass(frozen=True)
class Days:
    """Rows of some days.

    `visits` are as in `queries.day`, with the gone ones; a group that nobody is in is a row without an attendee.
    `hours` has a row per provider, location and day: provider_id, provider_name, location_id, day, is_off, working,
    closed as in `hours_of_day`. `holds` are the live ones: hold_id,
    location_id, provider_id, service_name, room_id, wall_start, wall_end, purpose, held_by (a user's id, and
    after a colon the browser's page), holder_name, expires_at. `blocks` are as in `blocks_of_days`, once for
    each of the locations, which is their location_id here. `ways` are as in `ways_of_days`.
    """

    visits: list[Row] = field(default_factory=list)
    hours: list[Row] = field(default_factory=list)
    holds: list[Row] = field(default_factory=list)
    blocks: list[Row] = field(default_factory=list)
    ways: list[Row] = field(default_factory=list)

    @property
    def fresh_until(self) -> datetime | None:
        """When the first of the holds ends by itself (naive UTC); None without one."""
        return min((row["expires_at"] for row in self.holds), default=None)


def days(
    reader: Reader,
    actor: Actor,
    first: date,
    last: date,
    location_ids: Sequence[str],
    provider_ids: Sequence[str] | None = None,
) -> Days:
    """Everything to draw from `first` to `last` (local days, at most a week) at these locations.

    `provider_ids` narrows it to some providers. What lies out of the actor's scope is left out; naming another's
    location is refused.
    """
    require(actor, Permission.SEE_SCHEDULE)
    for location_id in location_ids:
        require_location(actor, location_id)
    count = min((last - first).days + 1, MOST_DAYS)
    wanted = None if provider_ids is None else set(provider_ids)
    if actor.role == "provider":
        wanted = {actor.provider_id or ""} if wanted is None else wanted & {actor.provider_id or ""}
    if not location_ids or count < 1 or wanted == set():
        return Days()
    last = min(last, list(days_from(first, count))[-1])
    hours = hours_of_days(reader, first, count, location_ids, wanted)
    return Days(
        _visits(reader, actor, first, last, location_ids, wanted),
        hours,
        holds_of_days(reader, first, last, location_ids, wanted),
        _blocks(reader, actor, first, last, location_ids, wanted),
        ways_of_days(reader, first, last, location_ids, hours),
    )


def hours_of_days(
    reader: Reader, first: date, count: int, location_ids: Sequence[str], wanted: set[str] | None
) -> list[Row]:
    """A row per provider who works at one of the locations, location and day; one reading for all of them."""
    at = {
        location_id: [
            row
            for row in facts.providers_working_at(reader, location_id)
            if wanted is None or row["provider_id"] in wanted
        ]
        for location_id in location_ids
    }
    everybody = sorted({row["provider_id"] for rows in at.values() for row in rows})
    if not everybody:
        return []
    on_days = list(days_from(first, count))
    hours = facts.hours(reader, everybody, on_days[0], on_days[-1])
    return [
        hours_row(hours, provider, location_id, day)
        for day in on_days
        for location_id, providers in at.items()
        for provider in providers
    ]


def _visits(
    reader: Reader, actor: Actor, first: date, last: date, location_ids: Sequence[str], wanted: set[str] | None
) -> list[Row]:
    chosen = f"a.start_date between ? and ? and a.location_id in ({_marks(location_ids)})"
    values = [first, last, *location_ids]
    if wanted is not None:
        chosen += f" and a.provider_id in ({_marks(wanted)})"
        values += sorted(wanted)
    empty = visits(reader, actor, chosen, EMPTY, *values, is_empty=True)
    return [*visits(reader, actor, chosen, "true", *values), *empty]


def holds_of_days(
    reader: Reader, first: date, last: date, location_ids: Sequence[str], wanted: set[str] | None = None
) -> list[Row]:
    """The holds that count now, as in `Days`."""
    rows = reader.rows(
        "select h.hold_id, h.location_id, h.provider_id, s.name as service_name, h.room_id, h.wall_start, h.wall_end,"
        " h.purpose, h.held_by, u.name as holder_name, h.expires_at from holds h join services s using (service_id)"
        " left join users u on u.user_id = split_part(h.held_by, ':', 1)"
        " where h.expires_at > ? and h.outcome is null and h.start_date between ? and ?"
        f" and h.location_id in ({_marks(location_ids)}) order by h.starts_at",
        stored(reader.now),
        first,
        last,
        *location_ids,
    )
    return [row for row in rows if wanted is None or row["provider_id"] in wanted]


def _blocks(
    reader: Reader, actor: Actor, first: date, last: date, location_ids: Sequence[str], wanted: set[str] | None
) -> list[Row]:
    return [
        row | {"location_id": location_id}
        for location_id in location_ids
        for row in blocks_of_days(reader, actor, first, last, location_id)
        if wanted is None or row["resource_kind"] != "provider" or row["resource_id"] in wanted
    ]


def _marks(values: Sequence[str] | set[str]) -> str:
    return ", ".join("?" * len(values))


def people_at(reader: Reader, actor: Actor, location_ids: Sequence[str]) -> list[Row]:
    """Who can have a column: a row (provider_id, name, location_id) per provider and location, by location and name."""
    require(actor, Permission.SEE_SCHEDULE)
    return [
        {"provider_id": row["provider_id"], "name": row["name"], "location_id": location_id}
        for location_id in location_ids
        for row in facts.providers_working_at(reader, location_id)
        if actor.role != "provider" or row["provider_id"] == actor.provider_id
    ]
