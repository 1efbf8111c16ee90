"""The change feed's two questions: what is the newest sequence number, and what came after N."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from practice.store.record import Record


@dataclass(frozen=True)
class FeedHead:
    """The newest change, and the audit chain's head to anchor in the batch."""

    seq: int
    audit_seq: int
    audit_hash: str


def feed_head(record: Record) -> FeedHead:
    """Where the feed stands now."""
    with record.read() as reader:
        seq = reader.value("select coalesce(max(seq), 0) from changes")
        entry = reader.one("select seq, hash from audit_entries order by seq desc limit 1")
    return FeedHead(seq, entry["seq"] if entry else 0, entry["hash"] if entry else "")


def changes_after(record: Record, seq: int, limit: int = 200_000) -> pa.Table:
    """Up to `limit` changes with a number above `seq`, oldest first.

    Columns: seq, table, key, op, row (JSON text), schema_version, known_at (UTC, no zone).
    """
    with record.read() as reader:
        # A window of numbers, not the top of all that follows: the page of a long feed costs what a short one's does.
        # Numbers are missing only where a command failed, so a window is nearly a page.
        first = reader.value("select min(seq) from changes where seq > ?", seq) or seq + 1
        page = reader.cursor.sql(
            'select seq, table_name as "table", key, op, "row", schema_version, known_at'
            " from changes where seq >= ? and seq < ?",
            params=[first, first + limit],
        ).to_arrow_table()
    # The only writer appends them in order, and DuckDB reads in the order of insertion; sorting is for any other day.
    numbers = page.column("seq")
    in_order = pc.all(pc.greater(numbers.slice(1), numbers.slice(0, max(len(numbers) - 1, 0)))).as_py()
    return page if in_order is not False else page.sort_by("seq")
