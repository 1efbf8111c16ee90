"""Writes the made-up history into the record: a few audited commands, each of them all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pyarrow as pa

from practice.access.permissions import SYSTEM, Permission
from practice.errors import Refusal
from practice.store.record import Command, Record
from practice.store.work import Work

_KNOWN_AT = ("_known_at", "known_at", "created_at")
"""The column that says when a row was known, by preference; `slots` and `claims` have none and are not fed."""

CHUNK_ROWS = 400_000
"""Rows per statement: what bounds the memory of a large load."""

Tables = Mapping[str, pa.Table | Iterable[pa.Table]]


def load_parts(
    record: Record, part: str, slices: Iterable[Tables], say: Callable[[str], None], **about: Any
) -> dict[str, int]:
    """Load the slices of a history one by one, each as a command of its own. Answers the rows of each table.

    From the second on a command also says which slice it is.
    """
    counts: dict[str, int] = {}
    for number, tables in enumerate(slices, start=1):
        if number > 1:
            say(f"  {sum(counts.values()):,} rows")
            about["slice"] = number
        for name, rows in load(record, part, tables, **about).items():
            counts[name] = counts.get(name, 0) + rows
    return counts


def load(record: Record, part: str, tables: Tables, **about: Any) -> dict[str, int]:
    """Insert the tables (or pieces of tables) in their order, as one command `load_demo`. Answers the rows of each."""

    def insert(work: Work, **_: Any) -> dict[str, int]:
        counts = dict.fromkeys(tables, 0)
        for name, given in tables.items():
            for table in [given] if isinstance(given, pa.Table) else given:
                insert_in_chunks(work, name, table)
                counts[name] += table.num_rows
        return counts

    command = Command("load_demo", Permission.OPERATE, insert)
    try:
        counts: dict[str, int] = record.run(command, SYSTEM, reason="Demo practice", part=part, **about)
    finally:
        # A bulk insert that fails can't set it back inside its broken transaction.
        with record.read() as reader:
            reader.cursor.execute("reset force_compression")
    return counts


def insert_in_chunks(work: Work, name: str, table: pa.Table) -> None:
    """Insert a table piece by piece. Postings come in pieces that keep transactions whole, and stay as they come."""
    known_at = next((column for column in _KNOWN_AT if column in table.column_names), None)
    rows = table.num_rows if name == "postings" else CHUNK_ROWS
    for begins in range(0, table.num_rows, rows):
        work.insert_many(name, table.slice(begins, rows), known_at)


def refuse_unless_empty(record: Record) -> None:
    """The demo never mixes with a practice's own record."""
    with record.read() as reader:
        if reader.value("select count(*) from locations") or reader.value("select count(*) from audit_entries"):
            raise Refusal("This record is not empty; make the demo in a data directory of its own.", rule="not_empty")
