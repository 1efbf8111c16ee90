"""Results of checks as parquet in `quality/`, those of a refused build too; the next build reads them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.check import CheckResult
from practice.home import Home

BUILDS_KEPT = 100
SCHEMA = pa.schema(
    {
        "build_id": pa.string(),
        "door": pa.string(),  # landing | dbt | served
        "check_name": pa.string(),
        "severity": pa.string(),
        "is_success": pa.bool_(),
        "sentence": pa.string(),
        "observed": pa.string(),
        "failing_rows": pa.int64(),
        "checked_at": pa.timestamp("us"),  # UTC
        "scope": pa.string(),  # 'record', or the import's source and batch
    }
)


def write_results(home: Home, build_id: str, door: str, results: Iterable[CheckResult], checked_at: datetime) -> Path:
    """Write `quality/<build_id>-<door>.parquet`; results of all but the last builds go."""
    rows = [
        {
            "build_id": build_id, "door": door, "checked_at": checked_at, "check_name": result.check,
            "severity": result.severity, "is_success": result.success, "sentence": result.sentence,
            "observed": result.observed, "failing_rows": result.rows, "scope": result.scope,
        }
        for result in results
    ]  # fmt: skip
    target = home.quality / f"{build_id}-{door}.parquet"
    _write(target, pa.Table.from_pylist(rows, SCHEMA))
    _write(home.quality / "_empty.parquet", SCHEMA.empty_table())
    _forget_old(home)
    return target


def _write(target: Path, table: pa.Table) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    pq.write_table(table, part)
    os.replace(part, target)


def _forget_old(home: Home) -> None:
    by_build: dict[str, list[Path]] = {}
    for file in home.quality.glob("*-*.parquet"):
        by_build.setdefault(file.name.rsplit("-", 1)[0], []).append(file)
    for build_id in sorted(by_build)[:-BUILDS_KEPT]:
        for file in by_build[build_id]:
            file.unlink()
