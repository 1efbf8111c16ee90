"""Times that would be free if nobody were booking them just now: who holds them, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from practice.access.permissions import Actor, Permission, require, require_location
from practice.clock import local_date, to_wall
from practice.scheduling.calendar_queries import holds_of_days
from practice.scheduling.slots import as_ids, offered_slots
from practice.store.work import Reader, Row

PASSING = ("desk", "online", "api", "offer")
"""Purposes of holds that are over soon, or that somebody answers; what is kept for a renewal is simply taken."""


def held_times(reader: Reader, actor: Actor, slots: Sequence[Row], **asked: Any) -> list[Row]:
    """Live holds of others that keep times from `slots`, which `offered_slots` gave for the same question.

    Rows, by start: wall_start and wall_end of the hold (the location's clock), provider_id, purpose, holder_name (None
    where it is nobody of the practice), until (wall time), and `starts`: the wall times that it keeps from being
    offered.
    """
    require(actor, Permission.SEE_SCHEDULE)
    require_location(actor, asked["location_id"])
    zone = reader.get("locations", asked["location_id"], "location")["zone"]
    own = as_ids(asked.get("ignoring"))
    first = asked["first"] or local_date(reader.now, zone)
    last = first + timedelta(days=asked["days"])
    others = [
        row
        for row in holds_of_days(reader, first, last, [asked["location_id"]])
        if row["hold_id"] not in own and row["purpose"] in PASSING
    ]
    if not others:
        return []
    ignoring = [*own, *(row["hold_id"] for row in others)]
    freely = offered_slots(reader, actor, **(asked | {"ignoring": ignoring}))
    offered = {(row["provider_id"], row["wall_start"]) for row in slots}
    kept = [row for row in freely if (row["provider_id"], row["wall_start"]) not in offered]
    found = []
    for hold in others:
        starts = sorted({row["wall_start"] for row in kept if _keeps(hold, row)})
        if starts:
            shown = ("wall_start", "wall_end", "provider_id", "purpose", "holder_name")
            until = {"until": to_wall(hold["expires_at"], zone), "starts": starts}
            found.append({name: hold[name] for name in shown} | until)
    return found


def _keeps(hold: Row, slot: Row) -> bool:
    """Whether the hold lies where the slot would; buffers may keep more, which is said beside the hold's own time."""
    is_there = hold["provider_id"] == slot["provider_id"] or hold["room_id"] is not None
    return is_there and hold["wall_start"] < slot["wall_end"] and slot["wall_start"] < hold["wall_end"]
