"""One import: the files of an earlier system become one batch below `landing/imports/<source>/`, or nothing at all.

Every row ends loaded, merged, rejected or ignored, with a reason, and the counts add up to the rows read. The same
files imported twice change nothing. The files themselves aren't kept (they may name people); their SHA-256 is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.imports.appointments import judge_appointments, latest_appointment
from ingestion.imports.columns import localise, make_lookups, note_problems, parse
from ingestion.imports.files import Files, files_of
from ingestion.imports.holding import tidy_imports
from ingestion.imports.mapping import Entity, Mapping
from ingestion.imports.postings import judge_postings, latest_posting, reject_unbalanced
from ingestion.imports.reading import read_rows
from ingestion.imports.report import ImportReport, dispose, report_of
from ingestion.imports.things import judge_things
from ingestion.imports.validation import load_mapping, moment
from ingestion.imports.writing import brings_something, land, make_tables, note_unused_rows
from ingestion.landing import engine
from ingestion.lock import build_lock
from ingestion.record_feed import landed_settings, record_folder
from practice.clock import Clock, stored, system_clock, to_instant, to_wall
from practice.errors import Refusal
from practice.home import Home

Progress = Callable[[str], None]
LOCK_WAIT_SECONDS = 120


def import_file(
    home: Home,
    format_or_yaml_path: str | Path,
    path: str | Path,
    source: str | None = None,
    dry_run: bool = False,
    as_known_at: str | datetime | None = None,
    progress: Progress | None = None,
    *,
    clock: Clock = system_clock,
) -> ImportReport:
    """Land a file or a folder by a shipped mapping's name or a mapping file's path.

    `source` names the facts' origin (default: the mapping's name); `as_known_at` is when the files were exported, as a
    date or wall time in the mapping's zone. Refuses a file, mapping or source that can't be used with one sentence.
    """
    mapping = load_mapping(format_or_yaml_path)
    source = _source_name(source or mapping.name)
    files = files_of(mapping, Path(path))
    _check_currency(home, mapping)
    say = progress or (lambda _: None)
    with build_lock(home, f"import of {source}", wait_seconds=LOCK_WAIT_SECONDS):
        folder = home.landing / "imports" / source
        connection = engine(home.landing)
        try:
            tidy_imports(home)
            known_at = _read(connection, mapping, files, source, moment(as_known_at, "--as-known-at"), say, clock)
            say("comparing with what is loaded")
            dispose(connection, mapping, folder, known_at)
            digests = files.digests()
            batch_id = f"{clock():%Y%m%dT%H%M%S%f}-{digests[files.paths[0].name][:12]}"
            report = report_of(connection, files.names(), source, batch_id, known_at)
            report = replace(report, left_out=files.left_out)
            if dry_run or not brings_something(connection, folder, report, digests):
                return replace(report, batch_id=None)
            say("writing the batch")
            land(connection, folder, report, mapping, files, clock)
            return report
        finally:
            connection.close()


def _source_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name == "record":
        raise Refusal(
            f"{name!r} can't name a source; use lower-case letters, digits and underscores, and not 'record'.",
            field="source",
        )
    return name


def _check_currency(home: Home, mapping: Mapping) -> None:
    """One currency per practice. Before the record has landed for the first time, the check of the batch sees to it."""
    if mapping.money and any((record_folder(home) / "settings").glob("*.parquet")):
        kept = landed_settings(home).get("currency", mapping.money.currency)
        if kept != mapping.money.currency:
            raise Refusal(
                f"The mapping {mapping.name} has money in {mapping.money.currency} and the practice keeps {kept}; a"
                " data directory has one currency, so import this into a practice of its own.",
                field="format",
            )


def _read(
    connection: duckdb.DuckDBPyConnection,
    mapping: Mapping,
    files: Files,
    source: str,
    as_known_at: datetime | None,
    say: Progress,
    clock: Clock,
) -> datetime:
    """Fill `raw`, `problems` and `judged`; returns the instant (naive UTC) at which the files were exported."""
    make_tables(connection)
    for file_no, path in enumerate(files.paths):
        for number, chunk in enumerate(read_rows(path, mapping.inputs[file_no], mapping.name, say)):
            connection.register("chunk", chunk)
            into = f"insert into raw_{file_no}" if number else f"create table raw_{file_no} as"
            connection.execute(f"{into} select * from chunk")
            connection.unregister("chunk")
    say("reading ids, dates and amounts")
    for file_no in range(len(mapping.inputs)):
        make_lookups(connection, mapping, file_no)
    for file_no, entity in _entities(mapping):
        parse(connection, mapping, file_no, entity)
        note_problems(connection, file_no, entity)
    note_unused_rows(connection, mapping)
    known_wall = as_known_at or mapping.as_known_at
    if known_wall is None and (latest := _latest_moment(connection, mapping)):
        known_wall = latest.replace(hour=23, minute=59, second=59, microsecond=0)
    if known_wall is None:
        known_wall = to_wall(clock(), mapping.zone)  # nothing in the files tells
    for file_no, entity in _entities(mapping):
        localise(connection, mapping, file_no, entity)
        _judge(connection, mapping, file_no, entity, source, known_wall)
    reject_unbalanced(connection)
    return stored(to_instant(known_wall, mapping.zone))


def _entities(mapping: Mapping) -> Iterator[tuple[int, Entity]]:
    for file_no, file in enumerate(mapping.inputs):
        for entity in file.entities:
            yield file_no, entity


def _latest_moment(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> datetime | None:
    """The latest wall time at which the files show something to have happened; slots yet to come say nothing."""
    latest: dict[str, Any] = {"appointments": latest_appointment, "postings": latest_posting}
    found = [latest[entity.name](connection, no, entity) for no, entity in _entities(mapping) if entity.name in latest]
    return max((moment for moment in found if moment), default=None)


def _judge(
    connection: duckdb.DuckDBPyConnection,
    mapping: Mapping,
    file_no: int,
    entity: Entity,
    source: str,
    known_wall: datetime,
) -> None:
    if entity.name == "appointments":
        judge_appointments(connection, mapping, file_no, entity, source, known_wall)
    elif entity.name == "postings":
        judge_postings(connection, file_no, entity, source)
    else:
        judge_things(connection, file_no, entity, source)
