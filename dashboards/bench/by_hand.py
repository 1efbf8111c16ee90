"""The baseline "the same SQL by hand": what dbt compiled, run in its order in one connection, without dbt."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.dbt_build import THREADS

# As profiles.yml has it, so that the engine works under the same conditions.
SETTINGS = {"threads": THREADS, "memory_limit": "4GB", "preserve_insertion_order": False}
DATABASE = "warehouse"
"""The name under which compiled SQL knows the candidate: its file's."""


@dataclass(frozen=True)
class ByHand:
    """Seconds that the models and the tests took, and how many there were."""

    models_seconds: float
    tests_seconds: float
    models: int
    tests: int


def run_by_hand(target: Path, folder: Path) -> ByHand:
    """Build every model of dbt's last run into a new file in `folder`, then run its tests there.

    `target` is dbt's own folder. Left out is what only dbt does: enforced contracts, comments, one commit per model.
    """
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    results = json.loads((target / "run_results.json").read_text())["results"]
    ran = [(nodes[one["unique_id"]], one["compiled_code"]) for one in results if one["unique_id"] in nodes]
    models = [_create(node, sql) for node, sql in ran if node["resource_type"] == "model"]
    tests = [f"select count(*) from ({sql}\n) as broken" for node, sql in ran if node["resource_type"] == "test"]
    path = folder / f"{DATABASE}.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path), config=SETTINGS) as connection:
        for schema in {node["schema"] for node, _ in ran}:
            connection.execute(f'create schema if not exists "{schema}"')
        return ByHand(_run(connection, models), _run(connection, tests), len(models), len(tests))


def _create(node: dict[str, Any], sql: str) -> str:
    """The plainest statement that makes the model."""
    name, kind = node["relation_name"], node["config"]["materialized"]
    if kind == "table_function":
        return f"create function {name}({', '.join(node['config']['parameters'])}) as table ({sql}\n)"
    return f"create {'view' if kind == 'view' else 'table'} {name} as ({sql}\n)"


def _run(connection: duckdb.DuckDBPyConnection, statements: list[str]) -> float:
    began = time.perf_counter()
    for statement in statements:
        connection.execute(statement).fetchall()
    return time.perf_counter() - began
