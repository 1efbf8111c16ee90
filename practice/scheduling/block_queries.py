"""What pages and commands ask about time that is not for visits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from practice.access.permissions import Actor, Permission, require, require_location
from practice.clock import stored, to_instant, to_wall
from practice.scheduling.refusing import BLOCK_NAMES
from practice.scheduling.working import whole_day
from practice.store.work import Reader, Row

_BLOCKS = """
select b.*, coalesce(p.name, r.name, e.name) as resource_name, b.external_calendar_id is not null as is_imported
from blocks b
left join providers p on b.resource_kind = 'provider' and p.provider_id = b.resource_id
left join rooms r on b.resource_kind = 'room' and r.room_id = b.resource_id
left join equipment e on b.resource_kind = 'equipment' and e.equipment_id = b.resource_id
where not b.is_withdrawn and {condition}
order by b.starts_at, resource_name
"""
_HERE = """
(b.resource_id in (select room_id from rooms where location_id = ?)
or b.resource_id in (select equipment_id from equipment where location_id = ?)
or b.resource_id in (select provider_id from availability where location_id = ?)
or b.resource_id in (select provider_id from availability_exceptions where location_id = ? and is_open))
"""


def blocks_of_days(reader: Reader, actor: Actor, first: str | date, last: str | date, location_id: str) -> list[Row]:
    """Blocks that touch these local days of the location, of its rooms, its equipment and of who works there.

    Rows: block_id, resource_kind, resource_id, resource_name, kind, label (what a calendar may draw), title,
    is_imported, wall_start and wall_end (the location's wall; a block may reach beyond the days), starts_at, ends_at.
    A provider is one person: what they do elsewhere blocks them here too. The title of another calendar's event is
    told to nobody but the provider whose calendar it is; providers see their own blocks, and those of things.
    """
    require(actor, Permission.SEE_SCHEDULE)
    require_location(actor, location_id)
    location = reader.get("locations", location_id, "location")
    begin, end = (date.fromisoformat(day) if isinstance(day, str) else day for day in (first, last))
    start, until = whole_day(begin).start, whole_day(end).end
    rows = reader.rows(
        _BLOCKS.format(condition=f"b.starts_at < ? and b.ends_at > ? and {_HERE}"),
        stored(to_instant(until, location["zone"])),
        stored(to_instant(start, location["zone"])),
        *[location_id] * 4,
    )
    return [_shown(actor, row, location["zone"]) for row in rows if _sees(actor, row)]


def coming_blocks(reader: Reader, actor: Actor) -> list[Row]:
    """Blocks made by hand that are not over, at the actor's locations, in the order of time, in their own zones."""
    require(actor, Permission.SEE_SCHEDULE)
    rows = reader.rows(_BLOCKS.format(condition="b.ends_at > ? and b.external_calendar_id is null"), stored(reader.now))
    return [
        _shown(actor, row, row["zone"])
        for row in rows
        if _sees(actor, row) and (not actor.location_ids or row["location_id"] in (None, *actor.location_ids))
    ]


def block(reader: Reader, actor: Actor, block_id: str) -> Row:
    """One block, like a row of `coming_blocks`. Raises NotFound, or NotPermitted where it is out of the scope."""
    require(actor, Permission.SEE_SCHEDULE)
    found = reader.get("blocks", block_id, "block")
    if found["location_id"] is not None:
        require_location(actor, found["location_id"])
    rows = reader.rows(_BLOCKS.format(condition="b.block_id = ?"), block_id) if _sees(actor, found) else []
    return _shown(actor, rows[0], rows[0]["zone"]) if rows else reader.get("blocks", None, "block")


def things_of(reader: Reader, location_id: str) -> list[Row]:
    """Rooms and equipment in use at the location: kind, resource_id, name; rooms first."""
    return reader.rows(
        "select 'room' as kind, room_id as resource_id, name from rooms where location_id = ? and is_active"
        " union all select 'equipment', equipment_id, name from equipment where location_id = ? and is_active"
        " order by kind desc, name",
        location_id,
        location_id,
    )


def visits_beside(reader: Reader, holder_ids: Sequence[str]) -> list[Row]:
    """Of these holders the visits: appointment_id, provider_id, location_id, wall_start, client names, service."""
    marks = ", ".join("?" * len(holder_ids)) or "null"
    return reader.rows(
        "select a.appointment_id, a.provider_id, a.location_id, a.wall_start, a.zone, s.name as service_name,"
        " list(c.given_name || ' ' || c.family_name order by c.family_name) as client_names"
        " from appointments a join services s using (service_id) join attendees t using (appointment_id)"
        " join clients c on c.client_id = t.client_id"
        f" where a.appointment_id in ({marks}) and t.status not in ('cancelled', 'rescheduled', 'entered_in_error')"
        " group by all order by min(a.starts_at), a.appointment_id",
        *holder_ids,
    )


def visits_under(reader: Reader, external_calendar_id: str) -> list[Row]:
    """Coming visits that another calendar's busy time lies over: rows like `visits_beside`, with block_id.

    They stand until a person moves or cancels them; then they leave this list by themselves.
    """
    pairs = reader.rows(
        "select distinct v.appointment_id, first(b.block_id order by b.starts_at) as block_id"
        " from blocks b join claims v on v.resource_id = b.resource_id and v.holder = 'appointment'"
        " and v.starts_at < b.ends_at and b.starts_at < v.ends_at"
        " where b.external_calendar_id = ? and not b.is_withdrawn and v.ends_at > ? group by v.appointment_id",
        external_calendar_id,
        stored(reader.now),
    )
    block_of = {row["appointment_id"]: row["block_id"] for row in pairs}
    return [row | {"block_id": block_of[row["appointment_id"]]} for row in visits_beside(reader, list(block_of))]


def claims_between(reader: Reader, resource_id: str, start: datetime, end: datetime) -> list[Row]:
    """Every claim of a resource that overlaps [start, end), whoever holds it and whether or not it has expired."""
    return reader.rows(
        "select appointment_id, holder, starts_at, ends_at, lane, expires_at from claims where resource_id = ?"
        " and starts_at < ? and ends_at > ? order by starts_at",
        resource_id,
        end,
        start,
    )


def _sees(actor: Actor, row: Row) -> bool:
    return actor.role != "provider" or row["resource_kind"] != "provider" or row["resource_id"] == actor.provider_id


def _shown(actor: Actor, row: Row, zone: str) -> Row:
    is_private = row["external_calendar_id"] is not None and (
        actor.provider_id is None or actor.provider_id != row["resource_id"]
    )
    title = None if is_private else row["title"]
    names = ("block_id", "resource_kind", "resource_id", "resource_name", "location_id", "kind", "is_imported")
    return {name: row[name] for name in (*names, "starts_at", "ends_at", "external_calendar_id")} | {
        "title": title,
        "label": title or BLOCK_NAMES[row["kind"]],
        "zone": zone,
        "wall_start": to_wall(row["starts_at"], zone),
        "wall_end": to_wall(row["ends_at"], zone),
    }
