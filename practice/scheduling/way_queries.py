"""The way between two places, as a calendar draws it: when a provider is on it and cannot be booked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from practice.clock import stored, to_wall
from practice.scheduling.model import Interval, subtract, union
from practice.store.work import Reader, Row


def ways_of_days(
    reader: Reader, first: date, last: date, location_ids: Sequence[str], hours: Sequence[Row]
) -> list[Row]:
    """Before and after what a provider has at another location, as long as the way takes: as the check of a booking
    counts it.

    `hours` are the rows of `hours_of_days`: a way is drawn where the provider works on that day. Rows: provider_id,
    location_id, other_name, wall_start, wall_end.
    """
    places = {row["location_id"]: row for row in reader.all("locations")}
    minutes = {(row["from_location_id"], row["to_location_id"]): row["minutes"] for row in reader.all("travel_times")}
    minutes |= {(there, here): long for (here, there), long in minutes.items()}
    works = {(row["provider_id"], row["location_id"], row["day"]) for row in hours if row["working"]}
    if not works or not any(minutes.values()):
        return []
    held = _held(reader, sorted({provider_id for provider_id, _, _ in works}), first, last)
    found = []
    for provider_id, other_id in {(row["resource_id"], row["location_id"]) for row in held}:
        rows = [row for row in held if (row["resource_id"], row["location_id"]) == (provider_id, other_id)]
        there = union(Interval(row["starts_at"], row["ends_at"]) for row in rows)
        for here_id in location_ids:
            way = timedelta(minutes=minutes.get((here_id, other_id), 0))
            near = union(Interval(span.start - way, span.end + way) for span in there)
            for span in subtract(near, there) if way else ():
                wall_start, wall_end = (to_wall(at, places[here_id]["zone"]) for at in span)
                if (provider_id, here_id, wall_start.date()) in works:
                    found.append(
                        {
                            "provider_id": provider_id,
                            "location_id": here_id,
                            "other_name": places[other_id]["name"],
                            "wall_start": wall_start,
                            "wall_end": wall_end,
                        }
                    )
    return sorted(found, key=lambda row: (row["wall_start"], row["provider_id"], row["location_id"]))


def _held(reader: Reader, provider_ids: Sequence[str], first: date, last: date) -> list[Row]:
    """What stands of these providers at a place, on these local days; holds that are over do not."""
    marks = ", ".join("?" * len(provider_ids))
    return reader.rows(
        "select resource_id, location_id, starts_at, ends_at from claims where resource_kind = 'provider'"
        f" and resource_id in ({marks}) and location_id is not null and start_date between ? and ?"
        " and (expires_at is null or expires_at > ?)",
        *provider_ids,
        first,
        last,
        stored(reader.now),
    )
