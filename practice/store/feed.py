"""The change feed's two questions: what is the newest sequence number, and what came after N."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

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
        return reader.cursor.sql(
            'select seq, table_name as "table", key, op, "row", schema_version, known_at'
            " from changes where seq > ? order by seq limit ?",
            params=[seq, limit],
        ).to_arrow_table()
