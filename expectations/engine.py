"""Great Expectations over DuckDB. Imported only when checks run: loading it takes seconds."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

# Before the import: nothing about a practice is reported to anybody.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
import great_expectations.expectations as gxe
from duckdb_engine import Dialect
from great_expectations.data_context.types.base import ProgressBarsConfig
from sqlalchemy.dialects import registry

from expectations.check import Check, CheckResult
from expectations.sample import as_sample

SHOWN_ROWS = 3


class QueryOnlyDialect(Dialect):
    """DuckDB for queries alone.

    Great Expectations closes the connection before it fetches, which rolls back, and DuckDB then returns nothing. The
    checks only read, so there is nothing to begin, commit or roll back.
    """

    supports_statement_cache = False
    opened: ClassVar[list[Any]] = []
    """Every connection made: Great Expectations keeps some, and the file must be free when the checks are done."""

    def connect(self, *cargs: Any, **cparams: Any) -> Any:
        """Connect, and remember it."""
        connection = super().connect(*cargs, **cparams)
        self.opened.append(connection)
        return connection

    def do_begin(self, dbapi_connection: Any) -> None:
        """Nothing to do."""

    def do_commit(self, dbapi_connection: Any) -> None:
        """Nothing to do."""

    def do_rollback(self, dbapi_connection: Any) -> None:
        """Nothing to do."""


def judge(checks: Iterable[Check], database: str = ":memory:") -> list[CheckResult]:
    """Run the checks on a DuckDB file (opened read-only) or on an empty in-memory database, and close it again."""
    registry.register("duckdb", __name__, QueryOnlyDialect.__name__)
    for name in ("great_expectations", "great_expectations.data_context.types.base"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what goes wrong is in the result
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    options: dict[str, Any] = {"pool_reset_on_return": None}
    if database != ":memory:":
        options["connect_args"] = {"read_only": True}
    source = context.data_sources.add_sql("checked", connection_string=f"duckdb:///{database}", kwargs=options)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [_result(source, number, check) for number, check in enumerate(checks)]
    finally:
        source.get_execution_engine().engine.dispose()
        while QueryOnlyDialect.opened:
            QueryOnlyDialect.opened.pop().close()


def _result(source: Any, number: int, check: Check) -> CheckResult:
    asset = source.add_query_asset(f"{number}_{check.name}", query=f"select * from ({check.query}) as checked")
    expectation = getattr(gxe, check.expectation)(severity=check.severity, **check.arguments)
    suite = gx.ExpectationSuite(name=f"{number}_{check.name}", expectations=[expectation])
    batch = asset.add_batch_definition_whole_table("all").get_batch()
    # Rows of a query are cut off by Great Expectations at 200; values of a column are only counted and sampled.
    shown = "COMPLETE" if check.expectation == "UnexpectedRowsExpectation" else "SUMMARY"
    (found,) = batch.validate(suite, result_format=shown).results
    trouble = (found.exception_info or {}).get("exception_message") or next(
        (info.get("exception_message") for info in (found.exception_info or {}).values() if isinstance(info, dict)),
        None,
    )
    # A check that cannot be run has not passed.
    success = bool(found.success) and not trouble
    measured, rows = _numbers(found.result, success=success)
    return CheckResult(
        check.name, check.severity, success, check.sentence,
        "" if success else _observed(found.result, trouble, check),
        rows, check.scope, check.concerns, None if trouble else measured, _sample(found.result),
    )  # fmt: skip


def _numbers(result: Mapping[str, Any], *, success: bool) -> tuple[float, int]:
    """What a trend is drawn of, and how many rows broke the rule: a measured column has no such rows."""
    counted = result.get("unexpected_count")
    if counted is None and "details" not in result and isinstance(result.get("observed_value"), (int, float)):
        return float(result["observed_value"]), 0
    rows = 0 if success else int(counted or _number(result.get("observed_value")))
    return float(rows), rows


def _number(value: Any) -> float:
    return value if isinstance(value, (int, float)) else 0


def _rows(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in (result.get("details") or {}).get("unexpected_rows") or []]


def _sample(result: Mapping[str, Any]) -> str:
    rows = _rows(result) or [{"value": value} for value in result.get("partial_unexpected_list") or []]
    return as_sample(rows)


def _observed(result: Mapping[str, Any], trouble: str | None, check: Check) -> str:
    if trouble:
        return f"the check could not be run: {trouble.splitlines()[0][:200]}"
    if rows := _rows(result):
        shown = "; ".join(", ".join(f"{name} {value}" for name, value in row.items()) for row in rows[:SHOWN_ROWS])
        return shown + (f"; and {len(rows) - SHOWN_ROWS} more" if len(rows) > SHOWN_ROWS else "")
    values = result.get("partial_unexpected_list")
    if values is not None:
        distinct = ", ".join(str(value) for value in dict.fromkeys(map(str, values[:10])))
        return f"{result.get('unexpected_count')} rows, such as {distinct}"
    return _measured(result.get("observed_value", ""), str(check.arguments.get("column", "")))


def _measured(value: Any, unit: str) -> str:
    """A measured column is called by its unit: hours, or a share."""
    if not isinstance(value, float):
        return str(value)
    return f"{value:.1%}" if unit == "share" else f"{value:,.1f} {unit}".strip()
