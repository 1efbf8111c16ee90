"""Rows that a transaction will insert, held back until somebody reads their table or the transaction ends.

DuckDB takes about as long for one row as for thirty. What waits here is written with one statement per table, for a
command and for all commands that are committed together. Nothing can tell the difference: a question that names a
table with waiting rows has them written first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Any

import duckdb
import pyarrow as pa

from practice.store.shelf import PEOPLE
from practice.store.tables import TABLES

FEW_CELLS = 100
"""Up to so many values are bound one by one; more are bound as a list per column, whose cost hardly grows."""
MANY_ROWS = 1_000
"""From so many rows on they are handed over as an Arrow table."""

NUMBERED = {"changes": ("seq", "nextval('change_seq')")}
"""Tables with a column that the record itself numbers as rows arrive."""

NAMES = TABLES.keys() | {"audit_entries", "changes"}

Values = tuple[Any, ...]
Kinds = Callable[[str], dict[str, str]]
"""Table → the SQL type of each of its columns."""


Bucket = tuple[str, tuple[str, ...]]
Mark = dict[Bucket, int]
"""How many rows waited in each bucket."""


class Pending:
    """The rows that wait, in the order in which their tables were first written."""

    def __init__(
        self, cursor: duckdb.DuckDBPyConnection, kinds: Kinds, before_a_write: Callable[[], None] = lambda: None
    ) -> None:
        """`before_a_write` is called whenever something is about to reach the record itself."""
        self.cursor = cursor
        self.has_written = False
        """Whether something has reached the record since somebody last said no."""
        self.written: set[str] = set()
        """Every table with rows that wait, or that were written since the last commit."""
        self.changed: dict[str, set[str] | None] = {}
        """Rows that are new or changed, of the tables where that was noted; None: too many to name."""
        self._kinds = kinds
        self._before_a_write = before_a_write
        self._waiting: dict[Bucket, list[Values]] = {}

    def add(self, table: str, columns: tuple[str, ...], rows: Sequence[Values]) -> None:
        """Let rows wait."""
        self._waiting.setdefault((table, columns), []).extend(rows)
        self.written.add(table)
        if table in PEOPLE:
            place = columns.index(TABLES[table].key)
            for row in rows:
                self.note(table, row[place])

    def note(self, table: str, key: str) -> None:
        """A row of the table is new or changed."""
        keys = self.changed.setdefault(table, set())
        if keys is not None:
            keys.add(key)
            if len(keys) > MANY_ROWS:
                self.changed[table] = None

    def forget_tables(self) -> None:
        """It is committed: nothing is new any more."""
        self.written.clear()
        self.changed.clear()

    def rows(self, table: str, key: str, values: Collection[str]) -> dict[str, dict[str, Any]]:
        """Those rows of the table that wait and have one of these keys, by key."""
        found = (
            dict(zip(columns, row, strict=True))
            for (of, columns), rows in self._waiting.items()
            if of == table
            for row in rows
        )
        return {row[key]: row for row in found if row[key] in values}

    # One command among several --------------------------------------------------------------------------------------

    def mark(self) -> Mark:
        """Where the waiting rows end now."""
        return {bucket: len(rows) for bucket, rows in self._waiting.items()}

    def back_to(self, mark: Mark) -> None:
        """Forget the rows that came after the mark."""
        self.take_after(mark)

    def take_after(self, mark: Mark) -> dict[Bucket, list[Values]]:
        """Take away the rows that came after the mark."""
        taken = {bucket: rows[mark.get(bucket, 0) :] for bucket, rows in self._waiting.items()}
        self._waiting = {bucket: self._waiting[bucket][:most] for bucket, most in mark.items() if most}
        return {bucket: rows for bucket, rows in taken.items() if rows}

    def put_back(self, rows: dict[Bucket, list[Values]]) -> None:
        """Let rows wait that were taken away."""
        for (table, columns), own in rows.items():
            self.add(table, columns, own)

    # What reaches the record ----------------------------------------------------------------------------------------

    def before(self, sql: str) -> None:
        """Somebody is about to ask this: what waits for the tables it names is written first."""
        if self._is_named(sql):
            self._before_a_write()
            if self._is_named(sql):
                self.flush()

    def touch(self, table: str) -> None:
        """A statement is about to change this table directly: what waits comes first."""
        self._before_a_write()
        self.flush()
        self.has_written = True
        self.written.add(table)

    def flush(self) -> None:
        """Write what waits."""
        waiting, self._waiting = self._waiting, {}
        for (table, columns), rows in waiting.items():
            self.has_written = True
            self._insert(table, columns, rows)

    def _is_named(self, sql: str) -> bool:
        return bool(self._waiting) and not named_in(sql).isdisjoint(table for table, _ in self._waiting)

    def _insert(self, table: str, columns: tuple[str, ...], rows: list[Values]) -> None:
        number, serial = NUMBERED.get(table, ("", ""))
        names = ", ".join(f'"{name}"' for name in (number, *columns) if name)
        first = f"{serial}, " if serial else ""
        if len(columns) * len(rows) <= FEW_CELLS:
            places = ", ".join([f"({first}{', '.join('?' * len(columns))})"] * len(rows))
            self.cursor.execute(
                f"insert into {table} ({names}) values {places}", [cell for row in rows for cell in row]
            )
            return
        given = [list(column) for column in zip(*rows, strict=True)]
        if len(rows) >= MANY_ROWS:
            self.cursor.register("waiting", pa.table(dict(zip(columns, given, strict=True))))
            try:
                self.cursor.execute(f"insert into {table} ({names}) select {first}* from waiting")
            finally:
                self.cursor.unregister("waiting")
            return
        kinds = self._kinds(table)
        lists = ", ".join(f"unnest(cast(? as {kinds[name]}[]))" for name in columns)
        self.cursor.execute(f"insert into {table} ({names}) select {first}* from (select {lists})", given)


@lru_cache(maxsize=4096)
def named_in(sql: str) -> frozenset[str]:
    """The record's tables that a question names."""
    return frozenset(re.findall(r"[a-z_]+", sql)) & NAMES
