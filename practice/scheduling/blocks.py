"""Time of a provider, a room or a piece of equipment that is not for visits: meetings, breaks, maintenance.

A block claims its time as a visit does. One of another calendar is changed by imports only (practice/calendars).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NoReturn

from practice.access.permissions import Permission, require_location
from practice.clock import local_date, stored, to_wall
from practice.errors import Conflict, Refusal
from practice.scheduling import holder_queries
from practice.scheduling.block_claims import claim_block
from practice.scheduling.block_queries import visits_beside
from practice.scheduling.model import ceil_grid, instant_of, spelled, wall_time
from practice.scheduling.refusing import BLOCK_NAMES, BLOCKS
from practice.store.record import command
from practice.store.work import Row, Work

RESOURCES = ("provider", "room", "equipment")
KINDS = tuple(kind for kind in BLOCK_NAMES if kind != "busy")
"""What a person may block time for; `busy` is another calendar's word."""
LONGEST = timedelta(days=31)
LONGEST_TITLE = 120


@command(Permission.BOOK)
def add_block(
    work: Work,
    *,
    resource_kind: str,
    resource_id: str,
    wall_start: str,
    wall_end: str,
    kind: str = "other",
    location_id: str | None = None,
    title: str | None = None,
    over_visits: bool = False,
) -> Row:
    """Keep a stretch of time free of visits. A provider's is in the zone of the location (else the practice's).

    Answers {block_id, visits}. Standing visits refuse it (rule visits_standing), unless `over_visits`: then they stay
    and are the answer's `visits`, to be moved by a person, and nothing else can be booked there. Another block, or a
    place that somebody is just booking, refuses it too.
    """
    location_id, zone = _place(work, resource_kind, resource_id, location_id)
    block = {
        "block_id": work.new_id(),
        "resource_kind": resource_kind,
        "resource_id": resource_id,
        "location_id": location_id,
        "kind": _kind(kind),
        "title": _title(title),
        **_span(work, wall_start, wall_end, zone),
        "external_calendar_id": None,
        "external_uid": None,
        "external_recurrence": None,
        "is_withdrawn": False,
        "revision": 0,
        "created_at": stored(work.now),
        "known_at": stored(work.now),
    }
    work.insert("blocks", block)
    return {"block_id": block["block_id"], "visits": _claim(work, block, over_visits=over_visits)}


@command(Permission.BOOK)
def change_block(
    work: Work,
    *,
    block_id: str,
    wall_start: str | None = None,
    wall_end: str | None = None,
    kind: str | None = None,
    title: str | None = None,
    over_visits: bool = False,
) -> Row:
    """Change when a block is, or what for; what is left out stays, an empty title takes the title away.

    Answers {block_id, visits} and refuses like `add_block`. What of it has passed stays as it was.
    """
    block = _own(work, block_id)
    start = block["wall_start"] if wall_start is None else wall_time(wall_start)
    end = block["wall_end"] if wall_end is None else wall_time(wall_end, "wall_end")
    changed: dict[str, Any] = {"kind": block["kind"] if kind is None else _kind(kind)}
    if title is not None:
        changed["title"] = _title(title)
    is_elsewhen = (start, end) != (block["wall_start"], block["wall_end"])
    if is_elsewhen:
        if block["starts_at"] < stored(work.now) and start != block["wall_start"]:
            raise Refusal("This block has begun, so only its end can change.", rule="past", field="wall_start")
        span = _span(work, spelled(start), spelled(end), block["zone"], began=block["starts_at"])
        if span["ends_at"] < min(stored(work.now), block["ends_at"]):
            raise Refusal("What of a block has passed stays; let it end now or later.", rule="past", field="wall_end")
        changed |= span
    after = _revise(work, block, **changed)
    if not is_elsewhen:
        return {"block_id": block_id, "visits": []}
    work.release(block_id)
    return {"block_id": block_id, "visits": _claim(work, after, over_visits=over_visits)}


@command(Permission.BOOK)
def withdraw_block(work: Work, *, block_id: str) -> Row:
    """Give a block's time back to visits. One that has begun ends on the next five-minute mark instead."""
    block = _own(work, block_id)
    now = stored(work.now)
    if block["starts_at"] >= now:
        _revise(work, block, is_withdrawn=True)
        work.release(block_id)
        return {"block_id": block_id}
    ended = ceil_grid(now)
    if ended < block["ends_at"]:
        after = _revise(work, block, ends_at=ended, wall_end=to_wall(ended, block["zone"]))
        work.release(block_id)
        claim_block(work, after, is_forced=True)
    return {"block_id": block_id}


def _revise(work: Work, block: Row, **changed: Any) -> Row:
    return work.update(
        "blocks", block["block_id"], revision=block["revision"] + 1, known_at=stored(work.now), **changed
    )


def _own(work: Work, block_id: str) -> Row:
    """A block that people may change: made by hand, at the actor's locations, not over."""
    block = work.get("blocks", block_id, "block")
    if block["location_id"] is not None:
        require_location(work.actor, block["location_id"])
    if block["external_calendar_id"] is not None:
        raise Conflict(
            "This time is busy in another calendar; change it there and import the calendar again.", rule="imported"
        )
    if block["is_withdrawn"] or block["ends_at"] <= stored(work.now):
        raise Conflict("This block is over or was taken back; there is nothing to change.", rule="past")
    return block


def _place(work: Work, resource_kind: str, resource_id: str, location_id: str | None) -> tuple[str | None, str]:
    """Where the block is, and the zone of its wall times. A room or a thing is where it stands."""
    if resource_kind not in RESOURCES:
        raise Refusal("Block the time of a provider, a room or equipment.", rule="resource", field="resource_kind")
    table = {"provider": "providers", "room": "rooms", "equipment": "equipment"}[resource_kind]
    thing = work.get(table, resource_id, resource_kind)
    if not thing["is_active"]:
        raise Refusal(f"{thing['name']} is not in use any more; choose another.", rule="inactive", field="resource_id")
    where = location_id if resource_kind == "provider" else thing["location_id"]
    if where is None:
        if work.actor.location_ids:
            raise Refusal("Say at which location the time is blocked.", rule="location", field="location_id")
        return None, str(work.setting("zone", "UTC"))
    require_location(work.actor, where)
    return where, str(work.get("locations", where, "location")["zone"])


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise Refusal(f"Time is blocked for one of: {', '.join(KINDS)}.", rule="kind", field="kind")
    return kind


def _title(title: str | None) -> str | None:
    text = " ".join((title or "").split())
    if len(text) > LONGEST_TITLE:
        raise Refusal(f"A title has at most {LONGEST_TITLE} characters; shorten it.", rule="too_long", field="title")
    return text or None


def _span(work: Work, wall_start: str, wall_end: str, zone: str, *, began: datetime | None = None) -> dict[str, Any]:
    """The block's times. Days that are over stay as they were; a block ends after it starts, within a month."""
    start, end = wall_time(wall_start), wall_time(wall_end, "wall_end")
    starts_at = instant_of(start, zone) if began is None or start != to_wall(began, zone) else began
    ends_at = instant_of(end, zone, "wall_end")
    if ends_at <= starts_at or ends_at - starts_at > LONGEST:
        raise Refusal("A block ends after it starts, within 31 days.", rule="order", field="wall_end")
    if start.date() < local_date(work.now, zone) and began is None:
        raise Refusal("Past days stay as they were; block time from today on.", rule="past", field="wall_start")
    return {
        "wall_start": start,
        "wall_end": end,
        "zone": zone,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "start_date": start.date(),
    }


def _claim(work: Work, block: Row, *, over_visits: bool) -> list[Row]:
    """Claim the block's time. Answers the visits that stay beside it; refuses what must not."""
    standing = claim_block(work, block)
    if not standing:
        return []
    for row in standing:
        if row["holder"] != "appointment":
            _refuse(work, block, row)
    visits = visits_beside(work, [row["holder_id"] for row in standing])
    if not over_visits:
        _refuse_visits(work, block, visits)
    claim_block(work, block, is_forced=True)
    return [
        {name: row[name] for name in ("appointment_id", "provider_id", "location_id")}
        | {"wall_start": spelled(row["wall_start"])}
        for row in visits
    ]


def _refuse(work: Work, block: Row, standing: Row) -> NoReturn:
    """Another block, or a place that somebody holds while they book."""
    name = holder_queries.name_of(work, block["resource_kind"], block["resource_id"])
    start, end = (to_wall(standing[edge], block["zone"]) for edge in ("starts_at", "ends_at"))
    span = f"from {start:%H:%M} until {end:%H:%M}"
    if standing["holder"] == "block":
        what = holder_queries.words_for(work, standing["holder_id"])["what"]
        raise Conflict(
            f"{name} is kept {span} {BLOCKS[what]} already; choose another time, or change that block.",
            rule="block_standing",
            field="wall_start",
        )
    raise Conflict(
        f"Somebody is just booking {name} {span}; try again in a few minutes.", rule="hold_standing", field="wall_start"
    )


def _refuse_visits(work: Work, block: Row, visits: list[Row]) -> NoReturn:
    name = holder_queries.name_of(work, block["resource_kind"], block["resource_id"])
    shown = ", ".join(f"{_wall_of(row, block):%a %-d %b %H:%M} {_whose(work, row)}" for row in visits[:3])
    more = f" and {len(visits) - 3} more" if len(visits) > 3 else ""
    count = "1 visit" if len(visits) == 1 else f"{len(visits)} visits"
    raise Conflict(
        f"{name} has {count} in that time ({shown}{more}). Choose another time, or block it over the visits: they stay "
        "until somebody moves them, and nothing else can be booked there.",
        rule="visits_standing",
        field="wall_start",
    )


def _wall_of(visit: Row, block: Row) -> datetime:
    """When a visit begins on the block's wall."""
    wall: datetime = visit["wall_start"]
    return wall if visit["zone"] == block["zone"] else to_wall(instant_of(wall, visit["zone"]), block["zone"])


def _whose(work: Work, visit: Row) -> str:
    """The clients, as far as the actor may know; else the service."""
    is_elsewhere = bool(work.actor.location_ids) and visit["location_id"] not in work.actor.location_ids
    may_see = work.actor.may(Permission.SEE_CLIENTS) and not is_elsewhere
    return ", ".join(visit["client_names"]) if may_see else str(visit["service_name"])
