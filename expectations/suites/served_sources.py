"""The landed side of a reconciliation, read as cheaply as the kind of table allows."""

from __future__ import annotations

from dataclasses import dataclass

from expectations.suites.reading import parquet
from practice.home import Home
from practice.store.tables import TABLES

APPEND_ONLY = frozenset(
    {"appointment_events", "postings", "allocations", "adjustments", "transfers", "refunds", "ledger_transactions"}
)
"""The record only ever adds to them (its triggers and commands see to it), so each landed row is the thing itself."""


@dataclass(frozen=True)
class Landed:
    """The record as it landed up to change `feed_seq` (None: all of it)."""

    home: Home
    feed_seq: int | None

    def rows(self, table: str, *columns: str) -> str:
        """Every landed version of the rows, as a relation of those columns."""
        until = "" if self.feed_seq is None else f" where _seq <= {self.feed_seq}"
        files = parquet([self.home.landing / "record" / table / "*.parquet"])
        return f"(select {', '.join(columns)} from {files}{until})"

    def newest(self, table: str, *columns: str) -> str:
        """The rows as they stand: the newest version of each key that is not gone."""
        if table in APPEND_ONLY:
            return self.rows(table, *columns)
        newest = ", ".join(f"arg_max_null({name}, _seq) as {name}" for name in columns)
        return f"(select {newest} {self._standing(table, *columns)})"

    def count(self, table: str) -> str:
        """How many rows stand, as a scalar."""
        if table in APPEND_ONLY:
            return f"(select count(*) from {self.rows(table, '_seq')})"
        return f"(select count(*) from (select 1 as one {self._standing(table)}))"

    def _standing(self, table: str, *columns: str) -> str:
        key = TABLES[table].key
        return (
            f"from {self.rows(table, key, '_seq', '_op', *columns)} group by {key} having arg_max(_op, _seq) = 'upsert'"
        )
