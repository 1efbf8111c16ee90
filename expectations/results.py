"""Results of checks as parquet in `quality/`, those of a refused build too; the next build reads them.

A build leaves one small file per door. Beyond the newest builds they are merged into one file, which keeps of each day
the last pass and the last failure of every check, for 90 days: a practice that books all day builds all day.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from expectations.check import CheckResult
from expectations.docs import write_docs
from practice.home import Home

DAYS_KEPT = 90
BUILDS_WHOLE = 60
"""The newest builds, of which every result is kept in files of their own."""
BUILDS_LOOSE = 2 * BUILDS_WHOLE
"""So many builds have files of their own before the older ones are merged."""
MERGED = "merged.parquet"
EMPTY = "_empty.parquet"
DAMAGED = "_damaged"
SCHEMA = pa.schema(
    {
        "build_id": pa.string(),
        "door": pa.string(),  # landing | dbt | served
        "check_name": pa.string(),
        "severity": pa.string(),
        "is_success": pa.bool_(),
        "sentence": pa.string(),
        "observed": pa.string(),
        "observed_value": pa.float64(),
        "failing_rows": pa.int64(),
        "checked_at": pa.timestamp("us"),  # UTC
        "scope": pa.string(),  # 'record', or the import's source and batch
        "concerns": pa.string(),  # marts, metrics and patterns, with commas between
        "sample": pa.string(),  # JSON: the first rows that broke it
    }
)


def write_results(home: Home, build_id: str, door: str, results: Iterable[CheckResult], checked_at: datetime) -> Path:
    """Write `quality/<build_id>-<door>.parquet` and the door's page of the Data Docs; merge what is old."""
    results = tuple(results)
    rows = [
        {
            "build_id": build_id, "door": door, "checked_at": checked_at, "check_name": result.check,
            "severity": result.severity, "is_success": result.success, "sentence": result.sentence,
            "observed": result.observed, "observed_value": result.value, "failing_rows": result.rows,
            "scope": result.scope, "concerns": ",".join(result.concerns), "sample": result.sample,
        }
        for result in results
    ]  # fmt: skip
    target = home.quality / f"{build_id}-{door}.parquet"
    _write(target, pa.Table.from_pylist(rows, SCHEMA))
    _write(home.quality / EMPTY, SCHEMA.empty_table())
    write_docs(home, door, results, build_id, checked_at)
    _merge_old(home)
    return target


def read_results(home: Home) -> pa.Table:
    """Every result that is kept, oldest first; unreadable files are left out."""
    files = _files(home)
    if not files:
        return SCHEMA.empty_table()
    try:
        return _read(files)
    except duckdb.Error:  # one is damaged, or was merged away since it was listed
        return _read([file for file in _files(home) if _is_readable(file)])


def set_damaged_aside(home: Home) -> list[str]:
    """Move files that can't be read to `quality/_damaged/`: no build stumbles over them. Returns their names."""
    damaged = [file for file in _files(home) if not _is_readable(file)]
    for file in damaged:
        (home.quality / DAMAGED).mkdir(exist_ok=True)
        os.replace(file, home.quality / DAMAGED / file.name)
    return [file.name for file in damaged]


def _files(home: Home) -> list[Path]:
    return sorted(file for file in home.quality.glob("*.parquet") if file.name != EMPTY)


def _is_readable(file: Path) -> bool:
    try:
        pq.read_table(file)
    except (OSError, pa.ArrowException):
        return False
    return True


def _write(target: Path, table: pa.Table) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    pq.write_table(table, part)
    os.replace(part, target)


def _read(files: list[Path], *, only: str = "") -> pa.Table:
    if not files:
        return SCHEMA.empty_table()
    with closing(duckdb.connect()) as connection:
        connection.execute("set timezone = 'UTC'")
        found = connection.read_parquet([str(file) for file in files], union_by_name=True)
        has = set(found.columns)
        names = ", ".join(f"cast({name if name in has else 'null'} as {_sql(name)}) as {name}" for name in SCHEMA.names)
        # A crash while merging leaves a build in two files.
        query = f"select distinct {names} from found {only} order by build_id, door, scope, check_name"
        return connection.sql(query).to_arrow_table().cast(SCHEMA)


def _sql(name: str) -> str:
    kinds = {pa.bool_(): "boolean", pa.float64(): "double", pa.int64(): "bigint", pa.timestamp("us"): "timestamp"}
    return kinds.get(SCHEMA.field(name).type, "text")


def _merge_old(home: Home) -> None:
    by_build: dict[str, list[Path]] = {}
    for file in home.quality.glob("*-*.parquet"):
        by_build.setdefault(file.name.rsplit("-", 1)[0], []).append(file)
    if len(by_build) <= BUILDS_LOOSE:
        return
    loose = [file for build_id in sorted(by_build)[:-BUILDS_WHOLE] for file in by_build[build_id] if _is_readable(file)]
    merged = home.quality / MERGED
    kept = [file for file in (merged,) if file.exists() and _is_readable(file)]
    last_of_its_day = (
        f"where checked_at > (select max(checked_at) from found) - interval {DAYS_KEPT} day"
        " qualify row_number() over (partition by checked_at::date, door, check_name, scope, is_success"
        " order by build_id desc) = 1"
    )
    _write(merged, _read([*kept, *loose], only=last_of_its_day))
    for file in loose:
        file.unlink()
