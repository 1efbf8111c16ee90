"""How the suites read the landing folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


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
