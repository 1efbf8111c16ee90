"""Which fields of its series an occurrence states itself. What it states, it keeps when the series changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from practice.scheduling.series.dates import held_at

FIELDS = ("wall_start", "provider_id", "room_id", "duration_minutes", "mode")
"""What a series says of each of its occurrences."""


def stated(series: Mapping[str, Any], occurrence: Mapping[str, Any]) -> list[str]:
    """The fields in which the occurrence differs from what its series says of it, in order. Purely.

    A series without a room leaves the room to each date: then no room is the occurrence's own word.
    """
    says = dict(series) | {"wall_start": held_at(occurrence["original_start"], series["zone"])}
    if series["room_id"] is None or occurrence["mode"] == "video":
        says["room_id"] = occurrence["room_id"]
    return [name for name in FIELDS if occurrence[name] != says[name]]


def own_fields(series: Mapping[str, Any], occurrence: Mapping[str, Any]) -> tuple[str, ...]:
    """What the occurrence keeps: whatever differs from its series, and a room that was chosen for it alone."""
    told = json.loads(occurrence["overridden"]) if occurrence["overridden"] else []
    room = ["room_id"] if "room_id" in told and occurrence["mode"] != "video" else []
    return tuple(dict.fromkeys([*stated(series, occurrence), *room]))
