"""Arrow columns from numpy arrays. Inside the generator everything is an integer; ids and texts are made at the door.

Times are whole seconds since 1970: "wall" ones as a clock on the location's wall shows them, the others UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from practice.clock import to_instant

DAY = 86_400
HOUR = 3_600
MINUTE = 60
NEVER = np.int64(2**61)
"""An instant that has not come and will not."""

Array = np.ndarray
Columns = dict[str, Array]
"""A table of the generator: arrays of one length."""

_HEX = np.array([[ord(c) for c in f"{byte:02x}"] for byte in range(256)], dtype=np.uint8)
_PLACES = [i for i in range(36) if i not in (8, 13, 18, 23)]


def uuid7_texts(milliseconds: Array, high_bits: Array, low_bits: Array) -> pa.Array:
    """UUIDv7 texts like `practice.ids.uuid7` makes one by one: 12 random bits high, 62 low."""
    count = len(milliseconds)
    words = np.empty((count, 2), dtype=">u8")
    words[:, 0] = milliseconds.astype(np.uint64) << np.uint64(16) | np.uint64(0x7000) | high_bits.astype(np.uint64)
    words[:, 1] = np.uint64(1 << 63) | low_bits.astype(np.uint64)
    text = np.full((count, 36), ord("-"), dtype=np.uint8)
    text[:, _PLACES] = _HEX[words.view(np.uint8).reshape(count, 16)].reshape(count, 32)
    offsets = np.arange(count + 1, dtype=np.int32) * 36
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(text))


def new_ids(seconds: Array, dice: np.random.Generator) -> pa.Array:
    """Fresh ids for things that happen at those instants (UTC)."""
    count = len(seconds)
    milliseconds = np.asarray(seconds, dtype=np.int64) * 1000 + dice.integers(0, 1000, count)
    return uuid7_texts(milliseconds, dice.integers(0, 1 << 12, count), dice.integers(0, 1 << 62, count))


def instants(seconds: Array) -> pa.Array:
    """Timestamps without a zone; NEVER becomes null."""
    never = seconds >= NEVER
    return pa.array(np.where(never, 0, seconds) * 1_000_000, mask=never).view(pa.timestamp("us"))


def dates(days: Array) -> pa.Array:
    """Dates from days since 1970; NEVER becomes null."""
    never = days >= NEVER
    return pa.array(np.where(never, 0, days).astype(np.int32), mask=never).view(pa.date32())


def numbers(values: Array, null: Array | None = None) -> pa.Array:
    """Integers or booleans, null where `null` is true."""
    return pa.array(values, mask=null)


def pick(options: Sequence[Any] | pa.Array | pa.ChunkedArray, index: Array) -> pa.Array:
    """`options[index]`; null where the index is negative."""
    source = options if isinstance(options, pa.Array | pa.ChunkedArray) else pa.array(options)
    return source.take(pa.array(index, mask=index < 0))


def nothing(count: int) -> pa.Array:
    """A column of nulls."""
    return pa.nulls(count, pa.string())


def take(columns: Mapping[str, Array], chosen: Array) -> Columns:
    """The rows where `chosen` is true, or at those positions."""
    return {name: values[chosen] for name, values in columns.items()}


def stack(*parts: Mapping[str, Array]) -> Columns:
    """Tables with the same columns, one after the other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def count_within(groups: Array) -> Array:
    """0, 1, 2 … within each run of equal values."""
    if not len(groups):
        return np.zeros(0, dtype=np.int64)
    begins = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]])
    lengths = np.diff(np.r_[begins, len(groups)])
    return np.arange(len(groups)) - np.repeat(begins, lengths)


def spread(lengths: Array) -> Array:
    """0 … n−1 for each length, one after the other."""
    return count_within(np.repeat(np.arange(len(lengths)), lengths))


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - date(1970, 1, 1)).days


def as_date(day: int) -> date:
    """The date of a day number."""
    return date.fromordinal(date(1970, 1, 1).toordinal() + int(day))


def weekday_of(days: Array) -> Array:
    """ISO weekday, 1 = Monday, of day numbers."""
    return (days + 3) % 7 + 1


class Zones:
    """Wall time to UTC for whole arrays, by the offset at noon of the day.

    Exact for wall times from four in the morning on: clocks change at two. The demo does nothing at night.
    """

    def __init__(self, names: Sequence[str], first_day: int, last_day: int) -> None:
        self.names = list(names)
        self._first = first_day
        days = range(first_day, last_day + 1)
        of = {name: [_offset(day, name) for day in days] for name in dict.fromkeys(names)}
        self._offsets = np.array([of[name] for name in names])

    def to_utc(self, wall: Array, zone: Array) -> Array:
        """UTC seconds of wall seconds; NEVER stays NEVER."""
        never = wall >= NEVER
        day = np.clip(np.where(never, self._first, wall // DAY) - self._first, 0, self._offsets.shape[1] - 1)
        return np.where(never, NEVER, wall - self._offsets[zone, day])

    def offsets_on(self, day: Array, zone: Array) -> Array:
        """Seconds to add to UTC for the wall time, at noon of those days (days out of the range count as its first)."""
        inside = np.clip(day - self._first, 0, self._offsets.shape[1] - 1)
        return self._offsets[zone, inside]


def _offset(day: int, zone: str) -> int:
    noon = datetime.combine(as_date(day), datetime.min.time()).replace(hour=12)
    return int((noon.replace(tzinfo=UTC) - to_instant(noon, zone)).total_seconds())
