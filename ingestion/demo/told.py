"""What the commands behind the bulk of the demo do to its money: told beforehand, so that the truth knows it too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from ingestion.demo.columns import DAY, HOUR, MINUTE
from ingestion.demo.house import House
from ingestion.demo.sizes import DEMO_USERS
from practice.access.permissions import SYSTEM, Actor
from practice.clock import fixed_clock
from practice.store.record import Command, Record

WHY = "Demo practice"


@dataclass
class Told:
    """`counts` are added to the planted counts; `moves` are (day, column of month_ends, minor units)."""

    counts: Counter[str] = field(default_factory=Counter)
    moves: list[tuple[int, str, int]] = field(default_factory=list)

    def move(self, day: int, **amounts: int) -> None:
        """Something moved those columns on that day."""
        self.moves += [(day, f"{name}_minor", amount) for name, amount in amounts.items()]


class People:
    """Runs commands as the practice's people, at times of its past (wall time of its first location)."""

    def __init__(self, record: Record, house: House) -> None:
        self.record, self.house = record, house
        users = house.ids["users"].to_pylist()
        self.by_role = {
            user.role: Actor(key, user.role, user.name) for key, user in zip(users, DEMO_USERS, strict=True)
        }

    @contextmanager
    def at(self, day: int, hour: int, minute: int = 0) -> Iterator[None]:
        """What runs inside runs then."""
        wall = np.array([day * DAY + hour * HOUR + minute * MINUTE])
        second = int(self.house.zones.to_utc(wall, np.array([0]))[0])
        before, self.record.clock = self.record.clock, fixed_clock(datetime.fromtimestamp(second, UTC))
        try:
            yield
        finally:
            self.record.clock = before

    def run(self, command: Command, who: str | None = None, /, *, reason: str | None = WHY, **parameters: Any) -> Any:
        """Run it as somebody of that role; without one as the system."""
        return self.record.run(command, self.by_role[who] if who else SYSTEM, reason=reason, **parameters)

    def ids(self, table: str, rows: Any) -> list[str]:
        """The ids of those rows."""
        keys: list[str] = self.house.ids[table].take(np.asarray(rows)).to_pylist()
        return keys
