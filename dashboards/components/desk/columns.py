"""Which columns the calendar has: providers or rooms, of one location or of several. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dashboards.components.calendar import Resource
from dashboards.components.desk import words
from practice.scheduling.calendar_queries import Days
from practice.store.work import Row

By = Literal["provider", "room"]
NO_ROOM = "No room"


@dataclass(frozen=True)
class Place:
    """Where a column stands: a provider or a room (None: without a room) at a location."""

    location_id: str
    provider_id: str | None = None
    room_id: str | None = None


@dataclass(frozen=True)
class Layout:
    """What the columns are made of. `now` is each location's wall time by its id."""

    by: By
    locations: Sequence[Row]
    now: Mapping[str, datetime]
    rooms: Sequence[Row] = ()

    @property
    def home(self) -> str:
        """The first location: a column's name needs no other."""
        return str(self.locations[0]["location_id"])

    def column_of(self, row: Row) -> str:
        """The column of a visit, a hold or a day's hours."""
        if self.by == "room":
            return f"room:{row['room_id'] or ''}@{row['location_id']}"
        return provider_column(row["provider_id"], row["location_id"], self.home)


def provider_column(provider_id: str, location_id: str, home: str) -> str:
    """A provider's column; of the first location it is the provider's id alone."""
    return str(provider_id) if location_id == home else f"{provider_id}@{location_id}"


def place_of(column: str, home: str) -> Place:
    """What a column's id, as it comes from the browser, stands for."""
    name, _, location_id = column.rpartition("@") if "@" in column else (column, "", home)
    if name.startswith("room:"):
        return Place(location_id, room_id=name.removeprefix("room:") or None)
    return Place(location_id, provider_id=name)


def columns(days: Days, live: Sequence[Row], layout: Layout) -> list[Resource]:
    """The columns of these days; every provider of the locations when nobody works, is off or has a visit."""
    if layout.by == "room":
        return _rooms(days, live, layout)
    rows = [*days.hours, *live]
    names = {layout.column_of(row): row["provider_name"] for row in rows}
    at = {layout.column_of(row): row["location_id"] for row in rows}
    off = {layout.column_of(row) for row in days.hours if row["is_off"]}
    is_all_off = off - {layout.column_of(row) for row in days.hours if not row["is_off"]}
    present = {layout.column_of(row) for row in days.hours if row["working"]} | off
    taken = [row | {"provider_id": row["resource_id"]} for row in days.blocks if row["resource_kind"] == "provider"]
    present |= {layout.column_of(row) for row in (*live, *days.holds, *taken) if layout.column_of(row) in names}
    order = {row["location_id"]: number for number, row in enumerate(layout.locations)}
    return [
        _column(key, names[key], at[key], layout, "Time off" if key in is_all_off else "")
        for key in sorted(names, key=lambda key: (order.get(at[key], 0), names[key]))
        if key in present or not present
    ]


def _rooms(days: Days, live: Sequence[Row], layout: Layout) -> list[Resource]:
    found = []
    for location in layout.locations:
        key = location["location_id"]
        rooms = {row["room_id"]: row["name"] for row in layout.rooms if row["location_id"] == key}
        here = [row for row in (*live, *days.holds) if row["location_id"] == key]
        rooms |= {row["room_id"]: row["room_name"] for row in live if row["location_id"] == key and row["room_id"]}
        found += [_column(f"room:{room_id}@{key}", name, key, layout) for room_id, name in rooms.items()]
        if any(row["room_id"] is None for row in here):
            found.append(_column(f"room:@{key}", NO_ROOM, key, layout, "Video, or none needed"))
    return found


def _column(key: str, title: str, location_id: str, layout: Layout, note: str = "") -> Resource:
    """With several locations a column says which, and, where their clocks differ, whose time it shows."""
    now = layout.now.get(location_id)
    if len(layout.locations) < 2:
        return Resource(key, title, note, now)
    location = next(row for row in layout.locations if row["location_id"] == location_id)
    zones = {row["zone"] for row in layout.locations}
    facts = (location["name"], words.zone_name(location["zone"]) if len(zones) > 1 else "", note)
    return Resource(key, title, " · ".join(fact for fact in facts if fact), now)
