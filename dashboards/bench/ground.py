"""The ground that benchmarks run on: a temporary demo, and a process of its own for each area."""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from dashboards.bench.measure import Baseline, Measure, compare
from dashboards.bench.raw import copied
from ingestion.demo.make import DEMO_TODAY, make_demo
from practice.errors import Refusal
from practice.home import Home, open_record
from practice.store.record import Record

AREAS = {"scheduling": "scheduling", "money": "money", "warehouse": "warehouse", "dashboard": "pages"}
"""Each area and the module that measures it."""


def say(text: str) -> None:
    """Progress, where it is in nobody's way."""
    print(f"  {text} …", file=sys.stderr, flush=True)


def make_home(path: Path, size: str) -> Home:
    """A demo practice of that size."""
    home = Home(path)
    home.create()
    say(f"making the {size} demo practice")
    with closing(Record(home.record)) as record:
        make_demo(record, home, size, DEMO_TODAY)
    return home


def copy_home(home: Home, path: Path) -> Home:
    """The same practice somewhere else, so that one area's bookings are not in the way of another's."""
    shutil.copytree(home.path, path)
    return Home(path)


def apart(function: str, *arguments: str) -> list[Measure]:
    """Call `make`, `publish` or `measure` in a fresh process and wait for its answer."""
    command = [sys.executable, "-m", "dashboards.bench", function, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise Refusal("The benchmark could not go on; the line above says why.")
    found = json.loads(done.stdout) or []
    return [Measure(**one | {"baseline": one["baseline"] and Baseline(**one["baseline"])}) for one in found]


def make(path: str, size: str) -> list[Measure]:
    """`make_home`, and what it took beside DuckDB's own copy of the rows. For a process of its own.

    Of the processor's time: a demo is made in one long command, which the neighbours of a shared machine stretch.
    """
    began = time.process_time()
    home = make_home(Path(path), size)
    ours, theirs = time.process_time() - began, copied(home.record)
    return [compare("demo", f"the {size} demo made, processor time", "s", [ours], "the same rows copied", [theirs])]


def measure(area: str, path: str) -> list[Measure]:
    """The area's measures on the practice at that path."""
    module = importlib.import_module(f"dashboards.bench.{AREAS[area]}")
    found: list[Measure] = module.measure(Home(Path(path)), say)
    return found


def publish(path: str) -> None:
    """Refresh the practice at that path, for a process of its own."""
    from ingestion.feed_sources import InProcess
    from orchestration.refresh import refresh

    say("publishing the numbers")
    home = Home(Path(path))
    with closing(open_record(home)) as record:
        refresh(home, InProcess(record), log=lambda _: None)
