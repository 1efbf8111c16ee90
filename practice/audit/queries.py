"""Reads of the audit trail and of the change feed, streamed: both grow for ever.

A generator holds the reader's cursor until it is exhausted: read one to its end before asking for anything else.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from practice.store.work import Reader, Row

_BATCH = 5_000


def entries(reader: Reader) -> Iterator[Row]:
    """Every audit entry by its number."""
    reader.cursor.execute("select * from audit_entries order by seq")
    names = [column[0] for column in reader.cursor.description or ()]
    while batch := reader.cursor.fetchmany(_BATCH):
        yield from (dict(zip(names, row, strict=True)) for row in batch)


def entry_times(reader: Reader) -> array[int]:
    """When each command happened (microseconds since 1970), in the order of the chain."""
    reader.cursor.execute("select epoch_us(happened_at) from audit_entries order by seq")
    times = array("q")
    while batch := reader.cursor.fetchmany(_BATCH):
        times.extend(row[0] for row in batch)
    return times


def changes(reader: Reader) -> Iterator[tuple[int, int, int]]:
    """Each change in the order of the feed: its number, its command's number, when it was known (µs since 1970)."""
    reader.cursor.execute("select seq, audit_seq, epoch_us(known_at) from changes order by seq")
    while batch := reader.cursor.fetchmany(_BATCH):
        yield from batch
