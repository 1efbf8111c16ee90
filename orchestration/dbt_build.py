"""dbt in this process: kept warm, parsed partially, told what changes by environment and the rest by vars."""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from expectations.check import CRITICAL, WARNING, CheckResult
from expectations.concerns import of_models
from expectations.sample import failing_rows
from practice.home import Home

PROJECT = Path(__file__).parents[1] / "dbt_project"
THREADS = 2


@dataclass(frozen=True)
class BuildInputs:
    """What a build is told: who it is, its day in the practice's zone, what it knows (naive UTC, as text).

    `feed_seq` is the newest change of the record's feed that has landed; 0 where that doesn't matter.
    """

    build_id: str
    today: str
    known_at: str
    zone: str
    currency: str
    feed_seq: int = 0


@dataclass(frozen=True)
class Built:
    """What dbt made: the models in order, and a result per test and per model that failed."""

    models: tuple[str, ...]
    results: tuple[CheckResult, ...]


def project_fingerprint() -> str:
    """Changes whenever a file of the dbt project does: incremental models must then be built anew."""
    digest = hashlib.sha256()
    for path in sorted(PROJECT.rglob("*")):
        if path.suffix in (".sql", ".yml", ".csv") and "target" not in path.parts:
            digest.update(str(path.relative_to(PROJECT)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def build(home: Home, inputs: BuildInputs, *, full: bool, log: Callable[[str], None], is_tested: bool = True) -> Built:
    """Build every model into the candidate and run every test on it. The candidate's file is closed afterwards.

    Unless `full`, the candidate is a copy of the last good build, and what is new is added to it.
    """
    from dbt.cli.main import dbtRunner  # loading dbt takes seconds

    arguments = ["build" if is_tested else "run", *_arguments(home, inputs)]
    if is_tested:
        arguments += ["--exclude-resource-type", "unit_test"]
    if full:
        arguments.append("--full-refresh")
    with _environment(home, inputs), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dbt's own, about its dependencies
        try:
            outcome = dbtRunner().invoke(arguments)
        finally:
            _close_candidate()
    nodes = getattr(outcome.result, "results", None)
    if nodes is None:
        trouble = str(outcome.exception or "no reason given").strip().splitlines()[0]
        return Built((), (_failed("dbt", "The dbt project can be read and run.", trouble, CRITICAL),))
    models = tuple(node.node.name for node in nodes if node.node.resource_type == "model" and node.status == "success")
    results = tuple(result for node in nodes if (result := _result(node, home.candidate)))
    log(f"dbt built {len(models)} models and ran {sum(node.node.resource_type == 'test' for node in nodes)} tests")
    return Built(models, results)


def parse(home: Home, inputs: BuildInputs) -> Path:
    """Write `manifest.json` without building anything; returns its path."""
    from dbt.cli.main import dbtRunner

    with _environment(home, inputs):
        outcome = dbtRunner().invoke(["parse", *_arguments(home, inputs)])
    if not outcome.success:
        raise RuntimeError(f"The dbt project can't be read: {outcome.exception}")
    return manifest_path(home)


def manifest_path(home: Home) -> Path:
    """Where dbt leaves its manifest: below the data directory, so that the checkout stays clean."""
    return home.path / "dbt" / "target" / "manifest.json"


def _arguments(home: Home, inputs: BuildInputs) -> list[str]:
    # Other vars than last time make dbt parse everything again, so only what never changes in a home is one.
    constant = {
        "landing_path": str(home.landing),
        "quality_path": str(home.quality),
        "zone": inputs.zone,
        "currency": inputs.currency,
    }
    return [
        "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
        "--target-path", str(home.path / "dbt" / "target"), "--log-path", str(home.path / "dbt" / "logs"),
        "--vars", json.dumps(constant), "--threads", str(THREADS), "--quiet", "--no-use-colors",
        "--log-level-file", "info",  # all that it thinks of each statement is a tenth of a small refresh
    ]  # fmt: skip


@contextmanager
def _environment(home: Home, inputs: BuildInputs) -> Iterator[None]:
    told = {
        "DAYBOOK_CANDIDATE": str(home.candidate),
        "DAYBOOK_BUILD_ID": inputs.build_id,
        "DAYBOOK_TODAY": inputs.today,
        "DAYBOOK_KNOWN_AT": inputs.known_at,
        "DAYBOOK_FEED_SEQ": str(inputs.feed_seq),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


def _close_candidate() -> None:
    """dbt-duckdb keeps its connection for the next invocation; the file must be whole before it is moved."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    if DuckDBConnectionManager._ENV is not None:
        DuckDBConnectionManager._ENV.close()
        DuckDBConnectionManager.close_all_connections()


def _result(node: Any, candidate: Path) -> CheckResult | None:
    """A test's result, or that of a model that could not be built. What was skipped because of it says nothing."""
    if node.status == "skipped":
        return None
    name, message = node.node.name, (node.message or "").strip()
    if node.node.resource_type != "test":
        if node.status == "error":
            return _failed(name, f"{name} can be built.", _trouble(message), CRITICAL)
        return None
    severity = CRITICAL if str(node.node.config.severity).upper() == "ERROR" else WARNING
    words = name.removeprefix("assert_").replace("_", " ").capitalize()
    sentence = (node.node.description or "").strip() or f"{words}."
    concerns = of_models(unique_id.split(".")[-1] for unique_id in node.node.depends_on.nodes)
    if node.status == "pass":
        return CheckResult(name, severity, True, sentence, "", 0, concerns=concerns, value=0)
    observed = (node.status == "error" and _trouble(message)) or f"{node.failures or 0} rows break it"
    failed = _failed(name, sentence, observed, CRITICAL if node.status == "error" else severity, node.failures or 0)
    sample = failing_rows(candidate, node.node.compiled_code or "")
    return replace(failed, concerns=concerns, value=failed.rows, sample=sample)


def _trouble(message: str) -> str:
    """The line of dbt's message that says what is wrong: DuckDB's own, above the excerpt of the SQL."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return next((line for line in lines[1:] if "Error: " in line), lines[-1] if lines else "")


def _failed(name: str, sentence: str, observed: str, severity: str, rows: int = 0) -> CheckResult:
    return CheckResult(name, severity, False, sentence, observed[:300], rows)
