"""Ids: UUID version 7 (RFC 9562), from a given instant and a given source of randomness.

Own code because a demo and a test must be able to make the same ids twice; Python 3.11 has no uuid7.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from datetime import datetime

Ids = Callable[[datetime], str]
"""Makes a new id for something that happens at the given instant."""


def uuid7(instant: datetime, bits: int) -> str:
    """A UUIDv7: 48 bits of milliseconds, then 74 of the given random bits."""
    milliseconds = int(instant.timestamp() * 1000) & (1 << 48) - 1
    value = milliseconds << 80 | 0x7 << 76 | (bits >> 62 & 0xFFF) << 64 | 0b10 << 62 | bits & (1 << 62) - 1
    return str(uuid.UUID(int=value))


def random_ids() -> Ids:
    """Ids from the machine's randomness."""
    source = random.SystemRandom()
    return lambda instant: uuid7(instant, source.getrandbits(74))


def seeded_ids(seed: int) -> Ids:
    """The same ids each time: for the demo and for tests."""
    source = random.Random(seed)
    return lambda instant: uuid7(instant, source.getrandbits(74))
