"""An occurrence that somebody moves or changes by itself, in whatever way, says so: its series will not undo it."""

from __future__ import annotations

import json

from practice.scheduling.follow_ups import Happening, follows
from practice.scheduling.series.stated import own_fields
from practice.store.work import Work


@follows("moved", "changed")
def state_itself(work: Work, happening: Happening) -> None:
    """Note on the occurrence, or on its successor, which fields of its series it states itself."""
    series_id = happening.appointment["series_id"]
    if series_id is None:
        return
    row = work.get(
        "appointments", happening.details.get("moved_to_id") or happening.appointment["appointment_id"], "visit"
    )
    series = work.find("series", row["series_id"])
    if series is None:  # of an import, whose series we do not know
        return
    own = dict.fromkeys(own_fields(series, row))
    before, after = happening.details.get("before") or {}, happening.details.get("after") or {}
    is_room_alone = before.get("duration_minutes") == after.get("duration_minutes") and not before.get("mode")
    if before.get("room_id") != after.get("room_id") and is_room_alone and row["room_id"] != series["room_id"]:
        own["room_id"] = None
    text = json.dumps(list(own)) if own else None
    if text != row["overridden"]:
        work.update("appointments", row["appointment_id"], overridden=text)
