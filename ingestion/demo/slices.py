"""A long history in parts by time, so that no table is ever in memory whole. Short ones stay in one piece."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from ingestion.demo.columns import Array

VISITS_AT_ONCE = 120_000
ENTRIES_AT_ONCE = 400_000
INVOICES_AT_ONCE = 60_000
CLAIMS_AT_ONCE = 600_000

_EVER = np.int64(2**62)

Span = tuple[np.int64, np.int64]
"""From an instant on, until before another."""


def spans(known: Array, most: int) -> list[Span]:
    """Spans of time that follow each other and hold about equally many of these instants, at most about `most`."""
    count = max(-(-len(known) // most), 1)
    cuts = np.quantile(known, np.linspace(0, 1, count + 1)[1:-1], method="nearest") if count > 1 else []
    return list(pairwise([-_EVER, *np.unique(cuts).astype(np.int64), _EVER]))


def within(known: Array, span: Span) -> Array:
    """Positions of what was known in the span, in their order."""
    return np.flatnonzero((known >= span[0]) & (known < span[1]))


def runs(total: int, most: int) -> Iterator[tuple[int, int]]:
    """(first, one more than last) of equal parts of `total` rows, at most `most` each; one empty part of none."""
    count = max(-(-total // most), 1)
    for part in range(count):
        yield total * part // count, total * (part + 1) // count
