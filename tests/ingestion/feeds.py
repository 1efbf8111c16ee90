"""Feeds for tests: given changes, two to a page."""

import json
from datetime import datetime

import pyarrow as pa

from practice.store.feed import FeedHead


def feed_of(*rows):
    """A feed of (table, key, op, row) changes."""

    class Feed:
        def head(self):
            return FeedHead(len(rows), 1, "hash")

        def changes_after(self, seq):
            page = [
                {
                    "seq": n, "table": table, "key": key, "op": op, "row": row and json.dumps(row), "schema_version": 1,
                    "known_at": datetime(2026, 3, 2),
                }
                for n, (table, key, op, row) in enumerate(rows, start=1)
                if n > seq
            ]  # fmt: skip
            return pa.Table.from_pylist(page[:2])

    return Feed()
