"""Small tables kept in memory between transactions: what the practice is, which every command asks and few change.

A booking asks a dozen of them. DuckDB takes about as long to plan such a question as to answer it; here it is answered
from rows that were read once. What is on the shelf is exactly what was last committed: a reader whose view is older,
and a command that has changed the table itself, ask the record.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Collection
from typing import Any

Row = dict[str, Any]

SHELVED = frozenset(
    (
        "settings", "locations", "rooms", "providers", "services", "provider_services", "availability",
        "availability_exceptions", "time_off", "overlap_policies", "cancellation_policies", "booking_rules",
        "travel_times", "equipment", "pools", "pool_members", "needs", "recall_types", "message_templates",
    )
)  # fmt: skip
"""Tables of at most a few thousand rows that commands of a set-up write, and no visit does."""


class Shelf:
    """The shelved tables of one record, as last committed. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tables: dict[str, list[Row]] = {}
        self._indexes: dict[tuple[str, str], dict[Any, list[Row]]] = {}
        self.stamp = 0
        """Counts the commits that changed a shelved table. Whoever reads notes it before the view begins."""

    def changed(self, tables: Collection[str]) -> None:
        """A commit has changed these: what is known of them is old."""
        if not SHELVED.intersection(tables):
            return
        with self._lock:
            self.stamp += 1
            for table in tables:
                self._tables.pop(table, None)
            self._indexes = {key: index for key, index in self._indexes.items() if key[0] not in tables}

    def forget(self) -> None:
        """Nothing is known any more: the record was opened anew."""
        self.changed(SHELVED)

    def rows(self, table: str, stamp: int, read: Callable[[], list[Row]]) -> list[Row] | None:
        """Every row of the table, read by `read` where it is not known; None where the view is older than the shelf."""
        known = self._tables.get(table)
        if known is None:
            known = read()
            with self._lock:
                if stamp == self.stamp:
                    self._tables[table] = known
        return known if stamp == self.stamp else None

    def index(self, table: str, column: str, stamp: int, read: Callable[[], list[Row]]) -> dict[Any, list[Row]] | None:
        """The same by the value of a column."""
        found = self._indexes.get((table, column))
        if found is not None and stamp == self.stamp:
            return found
        rows = self.rows(table, stamp, read)
        if rows is None:
            return None
        made: dict[Any, list[Row]] = defaultdict(list)
        for row in rows:
            made[row[column]].append(row)
        with self._lock:
            if stamp == self.stamp:
                self._indexes[table, column] = made
        return made
