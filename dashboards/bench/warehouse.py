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
from dashboards.bench.ground import apart, make_home
from dashboards.bench.measure import Measure, Say, against, alone, compare
from dashboards.bench.receivables import measure_receivables
from dashboards.bench.visits import wishes
from ingestion.feed_sources import InProcess
from orchestration.builds import published
from orchestration.dbt_build import manifest_path
from orchestration.refresh import BuildResult, refresh
from practice.access.permissions import SYSTEM
from practice.errors import Refusal
from practice.home import Home, open_record
from practice.scheduling.commands import book_appointment
from practice.store.record import Record

AREA = "warehouse"
STEPS = ("land", "check_landing", "copy", "dbt", "check_candidate")
AGAIN = 2
"""Refreshes after one booking."""
BY_HAND = "the same SQL by hand"
FIRST, AGAIN_SAYS, PEAK = "first refresh", "refresh after one booking", "first refresh, peak memory of its process"
SMALLER = ((300_000, "medium"), (20_000, "small"))
"""From so many visits on, growth is measured from that demo on."""


def measure(home: Home, say: Say) -> list[Measure]:
    """Wall time by stage, first in a fresh process and then warm; dbt's part against its own SQL; peak memory; growth.

    Leaves the home published: the pages are measured on it.
    """
    with closing(open_record(home)) as record, tempfile.TemporaryDirectory() as folder:
        found = _measured(home, record, Path(folder), say)
        say("receivables as of past days")
        found += measure_receivables(home)
        with record.read() as reader:
            visits = int(reader.value("select count(*) from attendees"))
        smaller = next((size for least, size in SMALLER if visits >= least), None)
        return found + (_growth(found, visits, smaller, Path(folder), say) if smaller else [])


def _measured(home: Home, record: Record, folder: Path, say: Say) -> list[Measure]:
    say("the first refresh, in a fresh process")
    busy = time.process_time()
    first, seconds = _refresh(home, record, full=True)
    busy, peak = time.process_time() - busy, _peak_megabytes()
    anew = run_by_hand(manifest_path(home).parent, folder)
    with record.read() as reader:
        wanted = iter(wishes(reader, 10 * AGAIN))
    # As a change between two builds would be: one booking, then everything up to the pointer.
    results, times, hands = [], [], []
    for number in range(AGAIN):
        say(f"a refresh after one booking, {number + 1} of {AGAIN}")
        _book(record, wanted)
        before = published(home)
        result, took = _refresh(home, record)
        results.append(result)
        times.append(took)
        hands.append(run_by_hand(manifest_path(home).parent, folder, before.path if before else None))
    nodes = f"{hands[0].models} models and {hands[0].tests} tests"
    return [
        *_stages(FIRST, [first], [seconds]),
        Measure(AREA, f"{FIRST}, processor time", busy, "s"),
        Measure(AREA, "changes landed", sum(first.landed.rows_by_table.values()), ""),
        compare(AREA, f"dbt, all anew: {nodes}", "s", [first.seconds["dbt"]], BY_HAND, [anew.seconds]),
        *_stages(AGAIN_SAYS, results, times),
        compare(
            AREA, f"dbt, warm: {nodes}", "s", [one.seconds["dbt"] for one in results], BY_HAND,
            [one.seconds for one in hands],
        ),
        compare(AREA, f"{AGAIN_SAYS}, whole", "s", times, BY_HAND, [one.seconds for one in hands]),
        alone(AREA, f"{BY_HAND}: models alone", "s", [one.models_seconds for one in hands]),
        Measure(AREA, PEAK, peak, "MB"),
    ]  # fmt: skip


def _growth(found: list[Measure], visits: int, smaller: str, folder: Path, say: Say) -> list[Measure]:
    """The same on a smaller demo, in a process of its own: how many times as long for how many times the visits."""
    path = folder / smaller
    make_home(path, smaller)
    with closing(open_record(Home(path))) as record, record.read() as reader:
        fewer = int(reader.value("select count(*) from attendees"))
    say(f"the {smaller} demo, for growth")
    theirs = {one.what: one.value for one in apart("measure", AREA, str(path))}
    name = f"the {smaller} demo"
    return [
        against(AREA, "growth: visits", "", visits, name, fewer),
        *(
            against(AREA, f"growth: {one.what}", one.unit, one.value, name, theirs[one.what])
            for one in found
            if one.what in (FIRST, AGAIN_SAYS, PEAK)
        ),
    ]


def _refresh(home: Home, record: Record, *, full: bool = False) -> tuple[BuildResult, float]:
    began = time.perf_counter()
    result = refresh(home, InProcess(record), full=full, log=lambda _: None)
    seconds = time.perf_counter() - began
    if result.status != "published":
        raise Refusal(f"The build to be measured was not published but {result.status}: {' '.join(result.failed)}")
    return result, seconds


def _stages(what: str, results: list[BuildResult], times: list[float]) -> list[Measure]:
    stages = [
        alone(AREA, f"{what}: {step}", "s", [result.seconds[step] for result in results])
        for step in STEPS
        if all(step in result.seconds for result in results)
    ]
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
