"""From the record to the published numbers: the first refresh, one after a single booking, and what SQL alone takes."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from dashboards.bench.by_hand import run_by_hand
from dashboards.bench.measure import Measure, Say, alone, compare
from dashboards.bench.visits import wishes
from ingestion.feed_sources import InProcess
from orchestration.dbt_build import manifest_path
from orchestration.refresh import BuildResult, refresh
from practice.access.permissions import SYSTEM
from practice.errors import Refusal
from practice.home import Home, open_record
from practice.scheduling.commands import book_appointment
from practice.store.record import Record

AREA = "warehouse"
STEPS = ("land", "check_landing", "dbt", "check_candidate")
AGAIN = 2
"""Refreshes after one booking."""
BY_HAND = "the same SQL by hand"


def measure(home: Home, say: Say) -> list[Measure]:
    """Wall time by stage, first in a fresh process and then warm; dbt's part against its own SQL; peak memory.

    Leaves the home published: the pages are measured on it.
    """
    with closing(open_record(home)) as record, tempfile.TemporaryDirectory() as folder:
        say("the first refresh, in a fresh process")
        busy = time.process_time()
        first, seconds = _refresh(home, record, full=True)
        said = [
            *_stages("first refresh", [first], [seconds]),
            Measure(AREA, "first refresh, processor time", time.process_time() - busy, "s"),
            Measure(AREA, "changes landed", sum(first.landed.rows_by_table.values()), ""),
        ]
        # As a change between two builds would be: one booking, then everything up to the pointer.
        with record.read() as reader:
            wanted = iter(wishes(reader, 10 * AGAIN))
        results, times, hands = [], [], []
        for number in range(AGAIN):
            say(f"a refresh after one booking, {number + 1} of {AGAIN}")
            _book(record, wanted)
            result, seconds = _refresh(home, record)
            results.append(result)
            times.append(seconds)
            hands.append(run_by_hand(manifest_path(home).parent, Path(folder)))
        said += _stages("refresh after one booking", results, times)
        models = [one.models_seconds for one in hands]
        both = [one.models_seconds + one.tests_seconds for one in hands]
        dbt = [result.seconds["dbt"] for result in results]
        label = f"dbt, warm: {hands[0].models} models and {hands[0].tests} tests"
        said += [
            compare(AREA, label, "s", dbt, BY_HAND, both),
            compare(AREA, "refresh after one booking, whole", "s", times, BY_HAND, both),
            alone(AREA, f"{BY_HAND}: models alone", "s", models),
            Measure(AREA, "peak memory of the refreshing process", _peak_megabytes(), "MB"),
        ]
        return said


def _refresh(home: Home, record: Record, *, full: bool = False) -> tuple[BuildResult, float]:
    began = time.perf_counter()
    result = refresh(home, InProcess(record), full=full, log=lambda _: None)
    seconds = time.perf_counter() - began
    if result.status != "published":
        raise Refusal(f"The build to be measured was not published but {result.status}: {' '.join(result.failed)}")
    return result, seconds


def _stages(what: str, results: list[BuildResult], times: list[float]) -> list[Measure]:
    stages = [alone(AREA, f"{what}: {step}", "s", [result.seconds[step] for result in results]) for step in STEPS]
    return [alone(AREA, what, "s", times), *stages]


def _book(record: Record, wanted: Iterator[dict[str, Any]]) -> None:
    for wish in wanted:
        try:
            record.run(book_appointment, SYSTEM, **wish)
            return
        except Refusal:
            continue  # a room or a client was taken
    raise Refusal("The demo has no free time left to book.")


def _peak_megabytes() -> float:
    """The most memory that this process has held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
