"""Writes the made-up history into the record: a few audited commands, each of them all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
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


def load(record: Record, part: str, tables: Mapping[str, pa.Table], **about: Any) -> dict[str, int]:
    """Insert the tables in their order, as one command `load_demo`. Answers the rows of each."""

    def insert(work: Work, *, part: str, **_: Any) -> dict[str, int]:
        for name, table in tables.items():
            insert_in_chunks(work, name, table)
        return {name: table.num_rows for name, table in tables.items()}

    command = Command("load_demo", Permission.OPERATE, insert)
    counts: dict[str, int] = record.run(command, SYSTEM, reason="Demo practice", part=part, **about)
    return counts


def insert_in_chunks(work: Work, name: str, table: pa.Table) -> None:
    """Insert a table piece by piece; the postings of a transaction always arrive in one statement."""
    known_at = next((column for column in _KNOWN_AT if column in table.column_names), None)
    begins = 0
    while begins < table.num_rows:
        ends = min(begins + CHUNK_ROWS, table.num_rows)
        if name == "postings":
            ends = _end_of_transaction(table, ends)
        work.insert_many(name, table.slice(begins, ends - begins), known_at)
        begins = ends


def _end_of_transaction(table: pa.Table, row: int) -> int:
    transactions = table.column("transaction_id")
    while 0 < row < table.num_rows and transactions[row].equals(transactions[row - 1]):
        row += 1
    return row


def refuse_unless_empty(record: Record) -> None:
    """The demo never mixes with a practice's own record."""
    with record.read() as reader:
        if reader.value("select count(*) from locations") or reader.value("select count(*) from audit_entries"):
            raise Refusal("This record is not empty; make the demo in a data directory of its own.", rule="not_empty")
