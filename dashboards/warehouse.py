"""The only reader of the published warehouse. Read-only, one cursor for each question, capped in threads and memory."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from practice.home import Home


@dataclass(frozen=True)
class Published:
    """The build that is served: its id, where it is, and how far it knows the record."""

    build_id: str
    path: str
    built_at: datetime
    known_at: datetime
    feed_seq: int
    today: str


def _read(path: Path) -> dict[str, Any]:
    """What the file says; empty if it is not there or not readable, which the next refresh mends."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return {}


class Warehouse:
    """Questions to the published build. A newly published one is picked up with the next question."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._open: tuple[str, duckdb.DuckDBPyConnection] | None = None

    def published(self) -> Published | None:
        """The build that readers see; None before the first one, and where the pointer or its file is lost."""
        pointer = _read(self._home.pointer)
        path = self._home.path / pointer.get("path", "")
        if not pointer or not path.exists():
            return None
        return Published(
            pointer["build_id"],
            str(path),
            datetime.fromisoformat(pointer["built_at"]),
            datetime.fromisoformat(pointer["known_at"]),
            int(pointer.get("feed_seq") or 0),
            str(pointer.get("today") or ""),
        )

    def last_attempt(self) -> dict[str, Any]:
        """The last build's outcome: status 'published' or 'refused', and the failed checks' sentences."""
        return _read(self._home.build_status)

    def query(self, sql: str, *parameters: Any) -> pd.DataFrame:
        """The answer as a frame. Raises LookupError before the first build."""
        cursor = self._connection().cursor()
        try:
            return cursor.execute(sql, list(parameters)).df()
        finally:
            cursor.close()

    def query_named(self, sql: str, parameters: dict[str, Any]) -> pd.DataFrame:
        """Like `query`, with `$name` parameters."""
        cursor = self._connection().cursor()
        try:
            return cursor.execute(sql, parameters).df()
        finally:
            cursor.close()

    def has(self, table: str) -> bool:
        """Whether the published build has that mart; an app that is newer than its build may know more."""
        sql = "select 1 from information_schema.tables where table_schema = 'marts' and table_name = ?"
        return len(self.query(sql, table)) > 0

    def _connection(self) -> duckdb.DuckDBPyConnection:
        published = self.published()
        if published is None:
            raise LookupError("No warehouse has been published yet.")
        with self._lock:
            if self._open is None or self._open[0] != published.build_id:
                # The old connection is dropped, not closed: a reader may still be using a cursor of it.
                connection = duckdb.connect(
                    published.path, read_only=True, config={"threads": 2, "memory_limit": "1GB"}
                )
                self._open = (published.build_id, connection)
            return self._open[1]
