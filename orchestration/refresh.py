"""The line from the record to the numbers: land → check what arrived → build → check what would be served → publish.

`daybook refresh` and Dagster do exactly this. A refused candidate leaves the last good build published and says why.
"""

from __future__ import annotations

import os
from datetime import date, timedelta

from expectations.beside import Answer, Doors, doors
from expectations.check import Verdict
from expectations.results import set_damaged_aside
from ingestion.compaction import compact_record
from ingestion.feed_sources import FeedSource
from ingestion.imports.holding import hold_batch
from ingestion.lock import build_lock
from orchestration import alerts, dbt_build
from orchestration.attempt import Attempt, BuildResult, Log
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
from practice.clock import Clock, stored, system_clock
from practice.home import Home

LATELY = timedelta(days=400)
"""How far back a build that adds to a good one has its bands looked at."""

__all__ = ["BuildResult", "published", "refresh", "status"]


def refresh(
    home: Home,
    feed_source: FeedSource,
    *,
    full: bool = False,
    log: Log = print,
    clock: Clock = system_clock,
    wait_seconds: float = 0,
    is_alone: bool = False,
) -> BuildResult:
    """Bring the published warehouse up to the record, or say why not.

    `full` builds every model anew instead of adding to the last good build; so does whatever that build can't be added
    to for: another project, zone, currency or import, an earlier day. `is_alone`: this process does nothing else, so
    the checks may have one of their own and load while dbt builds. Raises Conflict if another build is under way
    (after `wait_seconds`), and Refusal if the feed can't be read.
    """
    home.create()
    with build_lock(home, "a refresh", wait_seconds=wait_seconds):
        attempt = Attempt(home, log, clock)
        attempt.land(feed_source)
        if attempt.is_up_to_date() and not full:
            log("up to date")
            return attempt.result("up_to_date")
        if full and (merged := compact_record(home)):
            log(f"merged {merged} small batches of the record into one")
        try:
            with doors(beside=is_alone) as judges:
                _make(attempt, full, judges)
        except OSError as error:
            attempt.failed = [f"The disk refused the build ({error.strerror or 'a write failed'}); free some space."]
        outcome = _refuse(attempt) if attempt.failed else _publish(attempt)
    alerts.tell(home, log=log)  # outside of the lock: a slow mail server holds nobody up
    return outcome


def _make(attempt: Attempt, full: bool, judges: Doors) -> None:
    """Check what arrived, build the candidate and check it; stops at the first door that refuses.

    Where the checks have a process of their own, what arrived is judged while dbt builds from it: a candidate that
    rests on refused arrivals is dropped unread. New imports are waited for: one may have to be held back.
    """
    attempt.failed += lack_of_space(attempt.home, attempt.before)
    if attempt.failed:
        return
    before = attempt.before
    since, checked = (before.feed_seq, before.import_batches) if before and not full else (0, frozenset())
    damaged = set_damaged_aside(attempt.home)  # dbt reads those files, too
    with attempt.step("check_landing"):
        arrivals = judges.ask(
            "landing", attempt.home, since_seq=since, checked_batches=checked, now=attempt.known_at, damaged=damaged
        )
    is_awaited = not judges.is_beside or bool(attempt.batches() - checked)
    if is_awaited:
        _judge_arrivals(attempt, arrivals)
    full = full or attempt.must_be_full()  # a batch that was held back makes no build full
    if not attempt.failed:
        _build(attempt, full)
    if not is_awaited:
        _judge_arrivals(attempt, arrivals)
    if not attempt.failed:
        with attempt.step("check_candidate"):
            lately = None if full else date.fromisoformat(attempt.today) - LATELY
            attempt.judged(judges.ask("candidate", attempt.home, attempt.home.candidate, since=lately)())


def _judge_arrivals(attempt: Attempt, arrivals: Answer) -> None:
    with attempt.step("check_landing"):
        verdict = arrivals()
    attempt.judged(verdict)
    for scope, reasons in verdict.held.items():
        source, batch_id = scope.split("/")
        hold_batch(attempt.home, source, batch_id, reasons)
        attempt.held[scope] = reasons
        attempt.log(f"held back the import {scope}: {' '.join(reasons)}")


def _build(attempt: Attempt, full: bool) -> None:
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


def _publish(attempt: Attempt) -> BuildResult:
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


def _refuse(attempt: Attempt) -> BuildResult:
    drop_candidate(attempt.home)  # nobody reads it, and the record may need the room
    _note(attempt, "refused")
    for sentence in attempt.failed:
        attempt.log(sentence)
    kept = f"build {attempt.before.build_id} stays published" if attempt.before else "nothing is published yet"
    attempt.log(f"refused build {attempt.build_id}; {kept}")
    return attempt.result("refused")


def _note(attempt: Attempt, outcome: str) -> None:
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
