"""The line from the record to the numbers: land → check what arrived → build → check what would be served → publish.

`daybook refresh` and Dagster do exactly this. A refused candidate leaves the last good build published and says why.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from expectations.check import CheckResult, Verdict
from expectations.results import write_results
from expectations.runner import check_candidate, check_landing
from ingestion.compaction import compact_record
from ingestion.feed_sources import FeedSource
from ingestion.imports.holding import hold_batch, landed_batches, tidy_imports
from ingestion.lock import build_lock
from ingestion.record_feed import Landed, land_record, landed_settings, last_seq, newest_known_at
from orchestration import alerts, dbt_build
from orchestration.builds import (
    Published,
    copy_to_candidate,
    drop_candidate,
    lack_of_space,
    note_attempt,
    publish,
    published,
    status,
)
from practice.clock import DEMO_DAY_STARTS, Clock, local_date, stored, system_clock, to_instant
from practice.home import Home

__all__ = ["BuildResult", "published", "refresh", "status"]

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


class _Attempt:
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
        """Time a step."""
        began = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - began, 2)

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
            self.landed = land_record(source, self.home)
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


def refresh(
    home: Home,
    feed_source: FeedSource,
    *,
    full: bool = False,
    log: Log = print,
    clock: Clock = system_clock,
    wait_seconds: float = 0,
) -> BuildResult:
    """Bring the published warehouse up to the record, or say why not.

    `full` builds every model anew instead of adding to the last good build; so does whatever that build can't be added
    to for: another project, zone, currency or import, an earlier day. Raises Conflict if another build is under way
    (after `wait_seconds`), and Refusal if the feed can't be read.
    """
    home.create()
    with build_lock(home, "a refresh", wait_seconds=wait_seconds):
        attempt = _Attempt(home, log, clock)
        attempt.land(feed_source)
        if attempt.is_up_to_date() and not full:
            log("up to date")
            return attempt.result("up_to_date")
        if full and (merged := compact_record(home)):
            log(f"merged {merged} small batches of the record into one")
        try:
            _make(attempt, full)
        except OSError as error:
            attempt.failed = [f"The disk refused the build ({error.strerror or 'a write failed'}); free some space."]
        outcome = _refuse(attempt) if attempt.failed else _publish(attempt)
    alerts.tell(home, log=log)  # outside of the lock: a slow mail server holds nobody up
    return outcome


def _make(attempt: _Attempt, full: bool) -> None:
    """Check what arrived, build the candidate and check it; stops at the first door that refuses."""
    attempt.failed += lack_of_space(attempt.home, attempt.before)
    if not attempt.failed:
        _check_arrivals(attempt, full)
    if not attempt.failed:
        _build(attempt, full or attempt.must_be_full())
    if not attempt.failed:
        with attempt.step("check_candidate"):
            attempt.judged(check_candidate(attempt.home, attempt.home.candidate))


def _present(demo_today: Any, zone: str, clock: Clock, home: Home) -> tuple[str, datetime]:
    """The practice's day (a demo has its own), and the instant up to which this build knows (naive UTC)."""
    if demo_today:
        day = date.fromisoformat(demo_today)
        now = stored(to_instant(datetime.combine(day, DEMO_DAY_STARTS), zone))
    else:
        now = stored(clock())
        day = local_date(now, zone)
    return day.isoformat(), max(now, newest_known_at(home) or now)


def _check_arrivals(attempt: _Attempt, full: bool) -> None:
    before = attempt.before
    since, checked = (before.feed_seq, before.import_batches) if before and not full else (0, frozenset())
    with attempt.step("check_landing"):
        verdict = check_landing(attempt.home, since_seq=since, checked_batches=checked, now=attempt.known_at)
        attempt.judged(verdict)
    for scope, reasons in verdict.held.items():
        source, batch_id = scope.split("/")
        hold_batch(attempt.home, source, batch_id, reasons)
        attempt.held[scope] = reasons
        attempt.log(f"held back the import {scope}: {' '.join(reasons)}")


def _build(attempt: _Attempt, full: bool) -> None:
    home = attempt.home
    drop_candidate(home)
    if attempt.before and not full:
        with attempt.step("copy"):
            copy_to_candidate(home, attempt.before)
    inputs = dbt_build.BuildInputs(
        attempt.build_id,
        attempt.today,
        attempt.known_at.isoformat(" ", "seconds"),
        attempt.zone,
        attempt.currency,
        attempt.feed_seq,
    )
    with attempt.step("dbt"):
        built = dbt_build.build(home, inputs, full=full, log=attempt.log)
    attempt.models = built.models
    attempt.judged(Verdict("dbt", built.results))


def _publish(attempt: _Attempt) -> BuildResult:
    home, built_at = attempt.home, stored(system_clock())
    build = Published(
        attempt.build_id, home.builds / attempt.build_id / "warehouse.duckdb", built_at, attempt.feed_seq,
        attempt.known_at, attempt.today, attempt.project, attempt.batches(), attempt.zone, attempt.currency,
    )  # fmt: skip
    publish(home, build)
    _note(attempt, "published")
    attempt.log(
        f"published build {attempt.build_id}: {', '.join(f'{k} {v:.1f} s' for k, v in attempt.seconds.items())}"
    )
    return attempt.result("published")


def _refuse(attempt: _Attempt) -> BuildResult:
    drop_candidate(attempt.home)  # nobody reads it, and the record may need the room
    _note(attempt, "refused")
    for sentence in attempt.failed:
        attempt.log(sentence)
    kept = f"build {attempt.before.build_id} stays published" if attempt.before else "nothing is published yet"
    attempt.log(f"refused build {attempt.build_id}; {kept}")
    return attempt.result("refused")


def _note(attempt: _Attempt, outcome: str) -> None:
    note_attempt(
        attempt.home,
        {
            "status": outcome,
            "build_id": attempt.build_id,
            "at": stored(system_clock()).isoformat(),
            "feed_seq": attempt.feed_seq,
            "today": attempt.today,
            "import_batches": sorted(attempt.batches()),
            "failed": attempt.failed,
            "warnings": attempt.warnings,
            "held": attempt.held,
            "seconds": attempt.seconds,
            "process": os.getpid(),
        },
    )
