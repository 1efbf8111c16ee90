"""One refresh under way: what it starts from, and what its steps have found so far."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from expectations.check import CheckResult, Verdict
from expectations.results import write_results
from ingestion.feed_sources import FeedSource
from ingestion.imports.holding import landed_batches, tidy_imports
from ingestion.record_feed import Landed, land_record, landed_settings, last_seq, newest_known_at
from orchestration import dbt_build
from orchestration.builds import published
from practice.clock import DEMO_DAY_STARTS, Clock, local_date, stored, system_clock, to_instant
from practice.home import Home

Log = Callable[[str], None]


@dataclass(frozen=True)
class BuildResult:
    """What became of a refresh. `status` is 'published', 'refused' or 'up_to_date'.

    `build_id` is the attempt's (for 'up_to_date' the published build's); `failed` and `warnings` are sentences; `held`
    names the import batches that were held back; `seconds` says how long each step took; `checks` is by door.
    """

    status: str
    build_id: str
    feed_seq: int
    today: str
    landed: Landed
    failed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    held: dict[str, list[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    checks: dict[str, tuple[CheckResult, ...]] = field(default_factory=dict)


class Attempt:
    """One refresh under way: what its steps have found so far."""

    def __init__(self, home: Home, log: Log, clock: Clock) -> None:
        self.home, self.log, self.clock = home, log, clock
        self.build_id = f"{system_clock():%Y%m%dT%H%M%S%f}"
        self.before = published(home)
        self.seconds: dict[str, float] = {}
        self.checks: dict[str, tuple[CheckResult, ...]] = {}
        self.failed: list[str] = []
        self.warnings: list[str] = []
        self.held: dict[str, list[str]] = {}
        self.models: tuple[str, ...] = ()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step; parts of one add up."""
        began = time.perf_counter()
        yield
        self.seconds[name] = round(self.seconds.get(name, 0) + time.perf_counter() - began, 2)

    def judged(self, verdict: Verdict) -> None:
        """Keep a door's results, and their sentences."""
        self.checks[verdict.door] = verdict.results
        self.failed += verdict.refusals
        self.warnings += verdict.warnings
        write_results(self.home, self.build_id, verdict.door, verdict.results, stored(system_clock()))

    def land(self, source: FeedSource) -> None:
        """Take in what is new, and settle what this build is told."""
        with self.step("land"):
            tidy_imports(self.home)
            self.landed = land_record(source, self.home, progress=self.log)
            self.feed_seq = last_seq(self.home)
            settings = landed_settings(self.home)
        self.zone = str(settings.get("zone", "UTC"))
        self.currency = str(settings.get("currency", "USD"))
        self.today, self.known_at = _present(settings.get("demo_today"), self.zone, self.clock, self.home)
        self.project = dbt_build.project_fingerprint()
        self.log(f"landed {sum(self.landed.rows_by_table.values()):,} changes, up to number {self.feed_seq:,}")
        if self.landed.unknown_columns:
            self.log(f"unknown to the warehouse: {', '.join(self.landed.unknown_columns)}")

    def batches(self) -> frozenset[str]:
        """The import batches that a build would read."""
        return frozenset(batch["batch_id"] for batch in landed_batches(self.home))

    def is_up_to_date(self) -> bool:
        """Whether the published build already says all of it."""
        now = (self.feed_seq, self.today, self.project, self.batches())
        last = self.before
        return last is not None and now == (last.feed_seq, last.today, last.project, last.import_batches)

    def must_be_full(self) -> bool:
        """Whether nothing can be added to the published build: what it is made of differs in more than new changes."""
        last = self.before
        if last is None or not last.feed_seq:
            return True
        now = (self.project, self.zone, self.currency, self.batches())
        went_back = self.today < last.today or self.known_at < last.known_at
        return went_back or now != (last.project, last.zone, last.currency, last.import_batches)

    def result(self, outcome: str) -> BuildResult:
        """The attempt as its caller sees it."""
        build_id = self.before.build_id if outcome == "up_to_date" and self.before else self.build_id
        return BuildResult(
            outcome, build_id, self.feed_seq, self.today, self.landed, tuple(self.failed), tuple(self.warnings),
            self.held, self.seconds, self.models, self.checks,
        )  # fmt: skip


def _present(demo_today: Any, zone: str, clock: Clock, home: Home) -> tuple[str, datetime]:
    """The practice's day (a demo has its own), and the instant up to which this build knows (naive UTC)."""
    if demo_today:
        day = date.fromisoformat(demo_today)
        now = stored(to_instant(datetime.combine(day, DEMO_DAY_STARTS), zone))
    else:
        now = stored(clock())
        day = local_date(now, zone)
    return day.isoformat(), max(now, newest_known_at(home) or now)
