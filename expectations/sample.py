"""The first rows that broke a rule, kept with its result: a refused candidate is gone when somebody asks."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

SAMPLED_ROWS = 50


def as_sample(rows: list[dict[str, Any]]) -> str:
    """The first of these rows as a JSON list of objects; empty without any."""
    return json.dumps(rows[:SAMPLED_ROWS], default=str, ensure_ascii=False) if rows else ""


def failing_rows(database: Path, query: str) -> str:
    """A sample of what the query finds in a DuckDB file; empty if it can't be asked there."""
    if not query:
        return ""
    try:
        with closing(duckdb.connect(str(database), read_only=True)) as connection:
            found = connection.execute(f"select * from ({query.rstrip().rstrip(';')}) limit {SAMPLED_ROWS}")
            names = [column[0] for column in found.description or []]
            return as_sample([dict(zip(names, row, strict=True)) for row in found.fetchall()])
    except duckdb.Error:
        return ""
