"""How the suites read the landing folder."""

from __future__ import annotations

import json
from contextlib import closing, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from practice.clock import DEMO_DAY_STARTS, stored, system_clock, to_instant
from practice.home import Home


def manifests(folder: Path) -> list[dict[str, Any]]:
    """The manifests of a landing folder, oldest batch first."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted((folder / "_batches").glob("*.json"))]


def parquet(files: list[Path]) -> str:
    """SQL that reads parquet files (or globs) as one relation."""
    names = ", ".join(text(file) for file in files)
    return f"read_parquet([{names}], union_by_name = true)"


def values(rows: list[tuple[Any, ...]], *columns: str) -> str:
    """A query of literal rows, or of none."""
    if not rows:
        return "select " + ", ".join(f"null as {name}" for name in columns) + " where false"
    literals = ", ".join("(" + ", ".join(text(value) for value in row) + ")" for row in rows)
    return f"select * from (values {literals}) as found({', '.join(columns)})"


def text(value: object) -> str:
    """A value as an SQL text literal."""
    return "'" + str(value).replace("'", "''") + "'"


def settings(home: Home) -> dict[str, str]:
    """The practice's settings as they landed last; empty before they have, and where they can't be read."""
    files = home.landing / "record" / "settings"
    if not any(files.glob("*.parquet")):
        return {}
    query = (
        f"select name, value from {parquet([files / '*.parquet'])}"
        " qualify row_number() over (partition by name order by _seq desc) = 1 and _op = 'upsert'"
    )
    with closing(duckdb.connect()) as connection, suppress(duckdb.Error):
        return {name: str(json.loads(value)) for name, value in connection.execute(query).fetchall() if value}
    return {}


def present(said: dict[str, str]) -> datetime:
    """The instant at which data is judged, naive UTC: a demo stands still at its own morning."""
    if said.get("demo_today"):
        morning = datetime.combine(date.fromisoformat(said["demo_today"]), DEMO_DAY_STARTS)
        return stored(to_instant(morning, said.get("zone") or "UTC"))
    return stored(system_clock())
