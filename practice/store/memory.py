"""What the one writer keeps in mind between transactions: the shelf, the diary of claims, the audit chain's head."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import duckdb

from practice.store.diary import BEHIND, Diary
from practice.store.shelf import Row, Shelf

CLAIMS = "claims"


class Memory:
    """Exactly what was last committed, and, under the writer's lock, what the open transaction adds to it."""

    def __init__(self) -> None:
        self.shelf = Shelf()
        self.head: tuple[int, str] | None = None
        self._diary: Diary | None = None
        self._is_diary_new = False
        self._kinds: dict[str, dict[str, str]] = {}
        self._connection: duckdb.DuckDBPyConnection | None = None

    def begin(self, connection: duckdb.DuckDBPyConnection) -> None:
        """The record was opened anew: nothing is known."""
        self.shelf.forget()
        self.head = None
        self._kinds = {}
        self._connection = connection
        self.drop_diary()

    def kinds(self, table: str) -> dict[str, str]:
        """The SQL type of each column of a table."""
        if table not in self._kinds:
            assert self._connection is not None
            found = self._connection.cursor().execute(
                "select column_name, data_type from duckdb_columns() where table_name = ?", [table]
            )
            self._kinds[table] = dict(found.fetchall())
        return self._kinds[table]

    # The diary ------------------------------------------------------------------------------------------------------

    def read_diary(self, cursor: duckdb.DuckDBPyConnection, now: datetime, *, is_committed: bool = False) -> Diary:
        """Read the diary in the open transaction; nothing may be waiting to be written then.

        `is_committed`: it reads what everybody may, so that no rollback makes it wrong.
        """
        since = now - BEHIND
        cursor.execute(f"select * from {CLAIMS} where ends_at > ?", [since])
        names = [column[0] for column in cursor.description or ()]
        self._diary, self._is_diary_new = Diary(names, since, cursor.fetchall()), not is_committed
        return self._diary

    def known_diary(self) -> Diary | None:
        """The diary, where it has been read."""
        return self._diary

    def drop_diary(self) -> None:
        """Claims change behind its back: it is read again when it is next asked."""
        self._diary, self._is_diary_new = None, False

    def changed(self, tables: Collection[str]) -> None:
        """Somebody has written these, nobody knows what."""
        self.shelf.changed(tables)
        if CLAIMS in tables:
            self.drop_diary()

    # The transaction ------------------------------------------------------------------------------------------------

    def mark(self) -> int:
        """How far the open transaction has come."""
        return self._diary.mark() if self._diary else 0

    def back_to(self, mark: int) -> None:
        """A command was refused: what it did is taken back."""
        if self._diary:
            self._diary.back_to(mark)

    def kept(
        self, head: tuple[int, str], written: Collection[str], fresh: Mapping[str, Iterable[Row]], mark: int
    ) -> None:
        """What was done up to the mark is committed."""
        self.head = head
        self.shelf.changed(written, fresh)
        self._is_diary_new = False
        if self._diary:
            self._diary.kept(mark)

    def rolled_back(self, mark: int = 0) -> None:
        """It is not: what it did is taken back, and a diary that has seen what is gone is dropped."""
        if self._is_diary_new:
            self.drop_diary()
        self.back_to(mark)
