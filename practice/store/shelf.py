"""Tables kept in memory between transactions: what every command asks and few change.

A booking asks a dozen of them. DuckDB takes about as long to plan such a question as to answer it; here it is answered
from rows that were read once. What is on the shelf is exactly what was last committed: a reader whose view is older,
and a command that has changed the table itself, ask the record.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from practice.store.tables import TABLES

Row = dict[str, Any]
Read = Callable[[], list[Row]]

SET_UP = frozenset(
    (
        "settings", "locations", "rooms", "providers", "services", "provider_services", "availability",
        "availability_exceptions", "time_off", "overlap_policies", "cancellation_policies", "booking_rules",
        "travel_times", "equipment", "pools", "pool_members", "needs", "recall_types", "message_templates",
    )
)  # fmt: skip
"""Tables of at most a few thousand rows that commands of a set-up write, and no visit does: read anew when changed."""

PEOPLE = frozenset(("clients", "consents", "recalls"))
"""Tables of one to three rows a client: a changed row takes its place, and the others stay."""

SHELVED = SET_UP | PEOPLE


class Shelf:
    """The shelved tables of one record, as last committed. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tables: dict[str, dict[str, Row]] = {}
        self._indexes: dict[tuple[str, str], dict[Any, dict[str, Row]]] = {}
        self.stamp = 0
        """Counts the commits that changed a shelved table. Whoever reads notes it before the view begins."""

    def knows(self, table: str) -> bool:
        """Whether the table has been read."""
        return table in self._tables

    def changed(self, tables: Collection[str], fresh: Mapping[str, Iterable[Row]] | None = None) -> None:
        """A commit has changed these. `fresh` has the changed rows as they are now, for tables where they are known."""
        mine = SHELVED.intersection(tables)
        if not mine:
            return
        with self._lock:
            self.stamp += 1
            for table in mine:
                if fresh is not None and table in fresh:
                    self._replace(table, fresh[table])
                else:
                    self._tables.pop(table, None)
            self._indexes = {key: index for key, index in self._indexes.items() if key[0] in self._tables}

    def forget(self) -> None:
        """Nothing is known any more: the record was opened anew."""
        self.changed(SHELVED)

    def rows(self, table: str, stamp: int, read: Read) -> list[Row] | None:
        """Every row of the table, read by `read` where it is not known; None where the view is older than the shelf."""
        self._fill(table, stamp, read)
        with self._lock:
            return list(self._tables[table].values()) if stamp == self.stamp and table in self._tables else None

    def those(self, table: str, column: str, values: Iterable[Any], stamp: int, read: Read) -> list[Row] | None:
        """The same, but only rows with one of these values in that column."""
        self._fill(table, stamp, read)
        with self._lock:
            if stamp != self.stamp or table not in self._tables:
                return None
            index = self._indexes.get((table, column))
            if index is None:
                index = self._indexes[table, column] = {}
                for key, row in self._tables[table].items():
                    index.setdefault(row[column], {})[key] = row
            return [row for value in dict.fromkeys(values) for row in index.get(value, {}).values()]

    def _fill(self, table: str, stamp: int, read: Read) -> None:
        if table in self._tables or stamp != self.stamp:
            return
        key = TABLES[table].key
        found = {row[key]: row for row in read()}
        with self._lock:
            if stamp == self.stamp:
                self._tables[table] = found

    def _replace(self, table: str, rows: Iterable[Row]) -> None:
        known, key = self._tables.get(table), TABLES[table].key
        if known is None:
            return
        for row in rows:
            old = known.get(row[key])
            known[row[key]] = row
            for (of, column), index in self._indexes.items():
                if of == table:
                    if old is not None:
                        index[old[column]].pop(row[key], None)
                    index.setdefault(row[column], {})[row[key]] = row
