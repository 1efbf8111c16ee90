"""One import: a file of an earlier system becomes one batch below `landing/imports/<source>/`, or nothing at all.

Every row ends loaded, merged, rejected or ignored, with a reason, and the counts add up to the rows read. The same file
imported twice changes nothing. The file itself isn't kept (it may name people); its SHA-256 is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.imports.canonical import judge, latest_moment, parse
from ingestion.imports.holding import tidy_imports
from ingestion.imports.mapping import Mapping, load_mapping, moment
from ingestion.imports.reading import read_rows
from ingestion.imports.report import ImportReport, dispose, report_of
from ingestion.imports.shapes import FACTS, empty
from ingestion.landing import commit, engine, manifests, quoted, sha256_of, write_parquet
from ingestion.lock import build_lock
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
    """Land a file by a shipped mapping's name or a mapping file's path.

    `source` names the facts' origin (default: the mapping's name); `as_known_at` is when the file was exported, as a
    date or wall time in the mapping's zone. Refuses a file, mapping or source that can't be used with one sentence.
    """
    mapping = load_mapping(format_or_yaml_path)
    source = _source_name(source or mapping.name)
    file = _file_of(Path(path))
    say = progress or (lambda _: None)
    with build_lock(home, f"import of {source}", wait_seconds=LOCK_WAIT_SECONDS):
        folder = home.landing / "imports" / source
        connection = engine(home.landing)
        try:
            tidy_imports(home)
            known_at = _read(connection, mapping, file, source, moment(as_known_at, "--as-known-at"), say, clock)
            say("comparing with what is loaded")
            dispose(connection, folder, known_at)
            batch_id = f"{clock():%Y%m%dT%H%M%S%f}-{sha256_of(file)[:12]}"
            report = report_of(connection, source, batch_id, known_at)
            if dry_run or not _brings_something(folder, report, sha256_of(file)):
                return replace(report, batch_id=None)
            say("writing the batch")
            _land(connection, folder, report, mapping, file, clock)
            return report
        finally:
            connection.close()


def _file_of(path: Path) -> Path:
    """The file itself, or the one table of a folder."""
    if path.is_file():
        return path
    if not path.is_dir():
        raise Refusal(f"There is no file {path}.", field="path")
    found = sorted(file for file in path.iterdir() if file.suffix.lower() in (".csv", ".tsv", ".txt"))
    if len(found) != 1:
        names = ", ".join(file.name for file in found) or "none"
        raise Refusal(f"The folder {path} should hold one CSV file, or name the file; it holds: {names}.", field="path")
    return found[0]


def _source_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name == "record":
        raise Refusal(
            f"{name!r} can't name a source; use lower-case letters, digits and underscores, and not 'record'.",
            field="source",
        )
    return name


def _read(
    connection: duckdb.DuckDBPyConnection,
    mapping: Mapping,
    file: Path,
    source: str,
    as_known_at: datetime | None,
    say: Progress,
    clock: Clock,
) -> datetime:
    """Fill `parsed` and `judged`; returns the instant (naive UTC) at which the file was exported."""
    for number, chunk in enumerate(read_rows(file, mapping, say)):
        connection.register("chunk", chunk)
        connection.execute(("insert into raw" if number else "create table raw as") + " select * from chunk")
        connection.unregister("chunk")
    parse(connection, mapping)
    known_wall = as_known_at or mapping.as_known_at
    if known_wall is None and (latest := latest_moment(connection, mapping)):
        known_wall = latest.replace(hour=23, minute=59, second=59, microsecond=0)
    if known_wall is None:
        known_wall = to_wall(clock(), mapping.zone)  # nothing in the file tells
    judge(connection, mapping, source, known_wall)
    return stored(to_instant(known_wall, mapping.zone))


def _brings_something(folder: Path, report: ImportReport, digest: str) -> bool:
    """Rows to land, or the first sight of a file whose rejected rows should be on record."""
    is_known = any(
        manifest["file_sha256"] == digest for manifest in manifests(folder) if manifest["status"] == "landed"
    )
    return report.loaded + report.reasons.get("changed_since_earlier_import", 0) > 0 or (
        report.read > 0 and not is_known
    )


def _land(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    report: ImportReport,
    mapping: Mapping,
    file: Path,
    clock: Clock,
) -> None:
    batch = {"known_at": f"timestamp '{report.as_known_at}'", "_batch_id": quoted(report.batch_id)}
    stamp = f"{batch['known_at']} as known_at, {batch['_batch_id']} as _batch_id"
    kept = "disposition = 'loaded' or reason = 'changed_since_earlier_import'"
    facts = ", ".join(f"j.{name}" for name in FACTS)
    known_clients = folder / "clients" / "*.parquet"
    is_new = (
        f"client_id not in (select client_id from read_parquet({quoted(known_clients)}))"
        if any(known_clients.parent.glob("*.parquet"))
        else "true"
    )
    landing = f"judged j join disposed d on d.file_row = j.file_row and ({kept})"
    queries = {
        "appointments": f"select {facts}, {stamp}, j._row_hash from {landing} order by j.file_row",
        "clients": f"select distinct j.source, client_id, {stamp} from {landing} where {is_new} order by client_id",
        "rows": f"select {quoted(report.source)} as source, file_row, 'appointments' as entity, disposition, reason,"
        f" flags, row_hash, {batch['_batch_id']} as _batch_id from disposed order by file_row",
    }
    files = []
    for entity, query in queries.items():
        # Through the empty shape, so that an all-null column has its type too.
        typed = f"{empty(entity)} union all by name select * from ({query})"
        target = folder / entity / f"{report.batch_id}.parquet"
        write_parquet(connection, typed, target)
        files.append(target)
    manifest: dict[str, Any] = {
        "batch_id": report.batch_id,
        "source": report.source,
        "mapping": mapping.name,
        "status": "landed",
        "as_known_at": report.as_known_at,
        "imported_at": stored(clock()),
        "file_sha256": sha256_of(file),
        "file_bytes": file.stat().st_size,
        "counts": {
            name: getattr(report, name) for name in ("read", "loaded", "merged", "rejected", "ignored", "flagged")
        },
        "reasons": report.reasons,
        "flags": report.flags,
    }
    commit(folder, manifest, files)
