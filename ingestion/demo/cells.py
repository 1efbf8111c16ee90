"""The bookable cells of every provider's days, and how wishes for a time become cells."""

from __future__ import annotations

import numpy as np

from ingestion.demo.columns import DAY, MINUTE, NEVER, Array, Columns
from ingestion.demo.hours import CELL_MINUTES, GROUP
from ingestion.demo.house import House
from ingestion.demo.house_rows import group_rooms


def build_cells(house: House) -> Columns:
    """One row per cell, ordered by provider and start.

    provider, location, room (indexes), start (wall seconds), kind, is_lost (the provider or the practice was suddenly
    away that day).
    """
    planned, sudden = house.away()
    parts: list[tuple[Array, ...]] = []
    of_groups = group_rooms(house)
    for week in house.weeks:
        first, last = max(week.first_day, house.first_day), min(week.last_day, house.last_day)
        days = np.arange(first, last + 1)
        days = days[~planned[week.provider, days - house.first_day]]
        for block in week.blocks:
            on = days[(days + 3) % 7 + 1 == block.weekday]
            room = house.room_of[week.provider, block.location, block.weekday]
            for minute, kind in block.layout():
                rooms = of_groups[block.location] if kind == GROUP else room
                about = (week.provider, block.location, rooms, kind)
                parts.append((*(np.full(len(on), value) for value in about), on * DAY + minute * MINUTE))
    names = ("provider", "location", "room", "kind", "start")
    cells = dict(zip(names, (np.concatenate(column) for column in zip(*parts, strict=True)), strict=True))
    order = np.lexsort((cells["start"], cells["provider"]))
    cells = {name: values[order] for name, values in cells.items()}
    cells["is_lost"] = sudden[cells["provider"], cells["start"] // DAY - house.first_day]
    return cells


def minutes_of(kind: Array) -> Array:
    """How long cells of those kinds are."""
    return CELL_MINUTES[kind]


def match(cells: Columns, usable: Array, provider: Array, wanted: Array, patience: int | Array) -> Array:
    """For each wish a free cell of its provider at or after the wanted time, at most `patience` seconds later.

    Everybody asks for the first free cell from the wanted time on; who wanted to come earliest gets it, the others ask
    for the next one, until they lose patience. `usable` marks the cells that may be given out, each once. Returns
    positions in `cells`, −1 where nothing was found.
    """
    found = np.full(len(provider), -1)
    count = len(cells["start"])
    far = np.int64(2**40)
    is_free = usable.copy()
    asking = np.arange(len(provider))
    pointer = np.searchsorted(cells["provider"] * far + cells["start"], provider * far + wanted)
    limit = wanted + patience
    while len(asking):
        following = np.where(is_free, np.arange(count), count)
        following = np.r_[np.minimum.accumulate(following[::-1])[::-1], count]
        at = following[pointer[asking]]
        inside = np.minimum(at, count - 1)
        fits = (
            (at < count) & (cells["provider"][inside] == provider[asking]) & (cells["start"][inside] <= limit[asking])
        )
        asking, at = asking[fits], at[fits]
        order = np.lexsort((asking, wanted[asking], at))
        is_winner = np.zeros(len(at), dtype=bool)
        is_winner[order] = np.r_[True, at[order][1:] != at[order][:-1]] if len(at) else is_winner
        found[asking[is_winner]] = at[is_winner]
        is_free[at[is_winner]] = False
        pointer[asking] = at + 1
        asking = asking[~is_winner]
    return found


def drop_clashes(client: Array, start: Array, end: Array, keep_first: Array) -> Array:
    """Which visits stay when nobody may have two within a day: `keep_first` (larger = stronger) decides.

    Returns a mask. A weaker visit goes if it begins less than a day after, or before, a stronger one of its client.
    """
    stays = np.ones(len(client), dtype=bool)
    while True:
        alive = np.flatnonzero(stays)
        order = alive[np.lexsort((start[alive], client[alive]))]
        same = client[order[1:]] == client[order[:-1]]
        near = same & (start[order[1:]] - end[order[:-1]] < DAY)
        if not near.any():
            return stays
        first, second = order[:-1][near], order[1:][near]
        weaker = np.where(keep_first[first] >= keep_first[second], second, first)
        stays[weaker] = False


def free(cells: Columns, taken: Array) -> Array:
    """Which cells nobody has and nothing speaks against."""
    available = ~cells["is_lost"]
    available[taken[taken >= 0]] = False
    return available


def on_or_never(cells: Columns, found: Array) -> Array:
    """The start of the cell that was found, else NEVER."""
    return np.where(found >= 0, cells["start"][found], NEVER)
