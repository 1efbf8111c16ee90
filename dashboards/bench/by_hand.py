"""The baseline "the same SQL by hand": what dbt compiled, run in its order in one connection, without dbt."""

from __future__ import annotations

import json
import shutil
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

    @property
    def seconds(self) -> float:
        """Models and tests together."""
        return self.models_seconds + self.tests_seconds


def run_by_hand(target: Path, folder: Path, before: Path | None = None) -> ByHand:
    """Build every model of dbt's last run into a new file in `folder`, then run its tests there.

    `target` is dbt's own folder; `before` is the build that its run added to, None if it built everything anew.
    What only dbt does is left out: enforced contracts, comments, one commit per model.
    """
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    results = json.loads((target / "run_results.json").read_text())["results"]
    ran = [(nodes[one["unique_id"]], one["compiled_code"]) for one in results if one["unique_id"] in nodes]
    is_added_to = before is not None
    models = [_create(node, sql, is_added_to) for node, sql in ran if node["resource_type"] == "model"]
    tests = [f"select count(*) from ({sql}\n) as broken" for node, sql in ran if node["resource_type"] == "test"]
    path = folder / f"{DATABASE}.duckdb"
    path.unlink(missing_ok=True)
    if before:
        shutil.copyfile(before, path)
    with duckdb.connect(str(path), config=SETTINGS) as connection:
        for schema in {node["schema"] for node, _ in ran}:
            connection.execute(f'create schema if not exists "{schema}"')
        return ByHand(_run(connection, models), _run(connection, tests), len(models), len(tests))


def _create(node: dict[str, Any], sql: str, is_added_to: bool) -> str:
    """The plainest statements that make the model, or bring it up to date."""
    name, kind = node["relation_name"], node["config"]["materialized"]
    if kind == "table_function":
        return f"create or replace function {name}({', '.join(node['config']['parameters'])}) as table ({sql}\n)"
    if kind == "incremental" and is_added_to:
        # What stood under the same day or key goes; the rows themselves say which that is.
        key = node["config"]["meta"]["grain"][0]
        return (
            f"create or replace temp table news as ({sql}\n);"
            f" delete from {name} where {key} in (select {key} from news);"
            f" insert into {name} by name select * from news"
        )
    return f"create or replace {'view' if kind == 'view' else 'table'} {name} as ({sql}\n)"


def _run(connection: duckdb.DuckDBPyConnection, statements: list[str]) -> float:
    began = time.perf_counter()
    for statement in statements:
        connection.execute(statement).fetchall()
    return time.perf_counter() - began
