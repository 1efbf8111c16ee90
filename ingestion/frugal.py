"""The record's own DuckDB, kept small while a guest works in its process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb

from practice.store.record import Record


@contextmanager
def frugal(record: Record, *, memory_limit: str, threads: int | None = None) -> Iterator[None]:
    """Inside, the record's DuckDB stays within `memory_limit` (such as '1GB') and spills what does not fit.

    Afterwards DuckDB's own limits hold again. A record that needs more than that at the moment keeps them throughout.
    """
    wanted = {"memory_limit": memory_limit} | ({"threads": threads} if threads else {})
    _each(record, [f"set {name} = '{value}'" for name, value in wanted.items()])
    try:
        yield
    finally:
        _each(record, [f"reset {name}" for name in wanted])


def _each(record: Record, statements: list[str]) -> None:
    for statement in statements:
        with suppress(duckdb.OutOfMemoryException), record.read() as reader:
            reader.cursor.execute(statement)
