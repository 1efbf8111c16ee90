"""When each provider works, hour by hour of the week: the templates from which bookable cells are cut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ingestion.demo.sizes import PLACES, Size

STANDARD, SHORT, LONG, GROUP = range(4)
"""Kinds of cell: 60, 30, 90 and 90 minutes."""

CELL_MINUTES = np.array([60, 30, 90, 90])
_LETTERS = {"S": STANDARD, "H": SHORT, "L": LONG, "G": GROUP}
_BLOCKS = ("SSSS", "LSSH", "SLSH", "SSSS", "SSSHH", "LSSH", "SSL")
"""Half a day of four hours, as the provider lays it out; what is left of it is for paperwork."""

_LONG_BLOCKS = ("SSSSS", "LSSSH", "SLSSH", "SSSSHH", "SSLSH")
"""Half a day of five hours: the afternoons of every second provider."""

_OPENS = (480, 540, 510, 480, 600)
"""The minute of the day at which the providers begin, in turn."""

LUNCH_MINUTES = 60


@dataclass(frozen=True)
class Block:
    """Half a working day: four or five hours from `start_minute` (of the day) on one weekday (ISO)."""

    weekday: int
    location: int
    start_minute: int
    cells: str
    minutes: int = 240

    def layout(self) -> Iterator[tuple[int, int]]:
        """(start minute of the day, kind) of each cell."""
        minute = self.start_minute
        for letter in self.cells:
            yield minute, _LETTERS[letter]
            minute += int(CELL_MINUTES[_LETTERS[letter]])


@dataclass(frozen=True)
class Week:
    """A provider's week, in force on the days from `first_day` to `last_day` (NEVER = still)."""

    provider: int
    first_day: int
    last_day: int
    blocks: tuple[Block, ...]


def home_of(size: Size, provider: int) -> int:
    """Team by team; without teams the locations in turn, the first one twice as often."""
    if size.team:
        return min(provider // size.team, size.locations - 1)
    order = [0, *range(size.locations)]
    return order[provider % len(order)] if size.locations > 1 else 0


def second_of(size: Size, provider: int) -> int | None:
    """Every fourth provider also works at a second location, never in another zone."""
    home = home_of(size, provider)
    others = [i for i in range(size.locations) if i != home and PLACES[i][1] == PLACES[home][1]]
    # The one that opened before theirs; at the first one, the next.
    return ([i for i in others if i < home][-1:] + others)[0] if others and provider % 4 == 1 else None


def weeks(
    size: Size, first_day: int, joins: list[int], leaves: list[int], changes: list[int], dice: np.random.Generator
) -> list[Week]:
    """Every provider's week, and a second version for some whose hours change on one of `changes` (Mondays)."""
    made: list[Week] = []
    for provider in range(size.providers):
        blocks = _blocks(size, provider, dice)
        begins = max(joins[provider], first_day)
        change_day = changes[provider // 4 % len(changes)]
        if provider % 4 == 3 and begins < change_day - 60 and leaves[provider] > change_day + 60:
            made.append(Week(provider, begins, change_day - 1, blocks))
            gone = blocks[0].weekday
            blocks = tuple(block for block in blocks if block.weekday != gone)
            begins = change_day
        made.append(Week(provider, begins, leaves[provider], blocks))
    return made


def _blocks(size: Size, provider: int, dice: np.random.Generator) -> tuple[Block, ...]:
    """Three to five days a week; some of them mornings only; the first provider of a location leads its group."""
    home, second = home_of(size, provider), second_of(size, provider)
    days = _days(size, provider, dice)
    opens = _OPENS[provider % len(_OPENS)]
    leads_group = is_group_leader(size, provider)
    blocks = []
    for place, weekday in enumerate(days):
        location = second if second is not None and weekday == days[-1] else home
        blocks.append(Block(weekday, location, opens, str(dice.choice(_BLOCKS))))
        afternoon = opens + blocks[-1].minutes + LUNCH_MINUTES
        if len(days) < 5 and place == 1:
            continue  # part-time: one day of the week ends at noon
        if leads_group and place == 2:
            blocks.append(Block(weekday, location, afternoon, "GSSH"))
        elif provider % 2:
            blocks.append(Block(weekday, location, afternoon, str(dice.choice(_LONG_BLOCKS)), 300))
        else:
            blocks.append(Block(weekday, location, afternoon, str(dice.choice(_BLOCKS))))
    return tuple(blocks)


def _days(size: Size, provider: int, dice: np.random.Generator) -> list[int]:
    part_time = provider % 7 == 2 or (size.providers < 10 and provider % 4 == 3)
    count = 4 if part_time else 5
    away = int(dice.choice([1, 1, 1, 4]))
    return [day for day in range(1, 6) if count == 5 or day != away]


def is_group_leader(size: Size, provider: int) -> bool:
    """The first provider of each location leads a weekly group."""
    return all(home_of(size, other) != home_of(size, provider) for other in range(provider))


def rooms(size: Size, made: list[Week]) -> tuple[list[tuple[int, str, int]], dict[tuple[int, int, int], int]]:
    """The rooms as (location, name, capacity), and the room of (provider, location, weekday).

    Whoever works at a location on a weekday has a room of their own that day; the next day it may be another's. The
    last room of each location is the group room.
    """
    present: dict[tuple[int, int], list[int]] = {}
    for week in made:
        for block in week.blocks:
            here = present.setdefault((block.location, block.weekday), [])
            if week.provider not in here:
                here.append(week.provider)
    listed: list[tuple[int, str, int]] = []
    of: dict[tuple[int, int, int], int] = {}
    for location in range(size.locations):
        count = max(len(who) for (place, _), who in present.items() if place == location)
        base = len(listed)
        listed += [(location, f"Room {number + 1}", 1) for number in range(count)]
        listed.append((location, "Group room", 10))
        for (place, weekday), who in present.items():
            if place == location:
                of |= {(provider, location, weekday): base + rank for rank, provider in enumerate(sorted(who))}
    return listed, of


def group_room(listed: list[tuple[int, str, int]], location: int) -> int:
    """The group room of a location."""
    return next(i for i, (place, name, _) in enumerate(listed) if place == location and name == "Group room")
