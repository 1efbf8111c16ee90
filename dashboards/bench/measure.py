"""What a benchmark says: a value, its spread, and how many times its baseline's time it took."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from practice.errors import Refusal

Say = Callable[[str], None]
"""Tells a person who waits what is being done now."""


@dataclass(frozen=True)
class Baseline:
    """What a value is compared with: its name, its own value in the same unit, and how many times its time we took."""

    name: str
    value: float
    times: float
    low: float
    high: float


@dataclass(frozen=True)
class Measure:
    """One line of the report. `value` is a median unless `what` says otherwise; `low` and `high` are its extremes."""

    area: str
    what: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    baseline: Baseline | None = None


@dataclass(frozen=True)
class Laps:
    """Calls made together: the seconds of each that was granted, of all of them, and how many were refused.

    `processor_seconds` is what all of them kept this process's cores busy: on a shared machine it is the steadier one.
    """

    each: tuple[float, ...]
    seconds: float
    processor_seconds: float
    refused: int

    @property
    def rate(self) -> float:
        """Granted calls per second."""
        return len(self.each) / self.seconds

    @property
    def processor_ms(self) -> float:
        """Milliseconds of processor time for each granted call."""
        return self.processor_seconds * 1000 / len(self.each)


def run_laps(calls: Sequence[Callable[[], Any]], threads: int = 1) -> Laps:
    """Make the calls, from one thread or from many at once. A refusal is counted; anything else that fails ends it."""

    def lap(call: Callable[[], Any]) -> float | None:
        began = time.perf_counter()
        try:
            call()
        except Refusal:
            return None
        return time.perf_counter() - began

    began, busy = time.perf_counter(), time.process_time()
    if threads == 1:
        found = [lap(call) for call in calls]
    else:
        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(lap, calls))
    seconds, processor_seconds = time.perf_counter() - began, time.process_time() - busy
    granted = tuple(one for one in found if one is not None)
    return Laps(granted, seconds, processor_seconds, len(found) - len(granted))


def seconds_of(call: Callable[[], Any]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(round(share * (len(ordered) - 1)), len(ordered) - 1)]


def compare(
    area: str, what: str, unit: str, ours: Sequence[float], name: str, theirs: Sequence[float], *, is_rate: bool = False
) -> Measure:
    """Rounds of ours against the rounds of the baseline that ran beside them: medians, and the ratio of each pair.

    `is_rate` says that more is better, so that the ratio still is of times: 2.0 takes twice as long.
    """
    ratios = [their / our if is_rate else our / their for our, their in zip(ours, theirs, strict=True)]
    baseline = Baseline(name, statistics.median(theirs), statistics.median(ratios), min(ratios), max(ratios))
    return Measure(area, what, statistics.median(ours), unit, min(ours), max(ours), baseline)


def alone(area: str, what: str, unit: str, values: Sequence[float]) -> Measure:
    """A median and its extremes, with nothing to compare it to."""
    return Measure(area, what, statistics.median(values), unit, min(values), max(values))


def against(area: str, what: str, unit: str, value: float, name: str, baseline: float) -> Measure:
    """One value (such as a percentile over all rounds) against one of the baseline."""
    times = value / baseline
    return Measure(area, what, value, unit, None, None, Baseline(name, baseline, times, times, times))
