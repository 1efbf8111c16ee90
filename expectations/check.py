"""What a check is, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CRITICAL = "critical"
WARNING = "warning"
RECORD = "record"
"""The scope of checks that can stop the practice's publish; every other scope is an import's batch."""
DOORS = ("landing", "dbt", "served")
"""What arrived, what was built, what is read."""


@dataclass(frozen=True)
class Check:
    """An expectation of Great Expectations on the rows of a query.

    `sentence` says what must hold, for people. A critical check that fails blocks its scope, a warning is shown. The
    default expectation is that the query finds nothing: it selects the rows that break the rule. `concerns` names the
    numbers that a failure would make doubtful: marts, metrics, or patterns of metrics (`days_in_ar_*`).
    """

    name: str
    sentence: str
    query: str
    severity: str = CRITICAL
    expectation: str = "UnexpectedRowsExpectation"
    arguments: Mapping[str, Any] = field(default_factory=lambda: {"unexpected_rows_query": "select * from {batch}"})
    scope: str = RECORD
    concerns: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckResult:
    """One check's outcome; `observed` says what was found instead, `rows` how many rows broke it.

    `value` is the number that a trend is drawn of: what was measured (hours, share, seconds), otherwise the rows that
    broke the rule. `sample` holds the first of those rows, as a JSON list of objects.
    """

    check: str
    severity: str
    success: bool
    sentence: str
    observed: str
    rows: int
    scope: str = RECORD
    concerns: tuple[str, ...] = ()
    value: float | None = None
    sample: str = ""

    def in_words(self) -> str:
        """What must hold and what was found instead, for people, with the check's name to ask about."""
        found = self.observed or f"{self.rows} rows break it"
        where = self.check if self.scope == RECORD else f"{self.check}, import {self.scope}"
        return f"{self.sentence} It does not: {found} ({where})."


@dataclass(frozen=True)
class Verdict:
    """The results at one door ('landing', 'dbt' or 'served')."""

    door: str
    results: tuple[CheckResult, ...]

    @property
    def is_passed(self) -> bool:
        """No critical check on the practice's own data failed. Warnings and imports never stop its publish."""
        return not self.refusals

    @property
    def refusals(self) -> tuple[str, ...]:
        """A sentence for each critical check on the practice's own data that failed."""
        return tuple(result.in_words() for result in self._failed(CRITICAL) if result.scope == RECORD)

    @property
    def warnings(self) -> tuple[str, ...]:
        """A sentence for each warning."""
        return tuple(result.in_words() for result in self._failed(WARNING))

    @property
    def held(self) -> dict[str, list[str]]:
        """Scope of each import batch that must be held back → why."""
        found: dict[str, list[str]] = {}
        for result in self._failed(CRITICAL):
            if result.scope != RECORD:
                found.setdefault(result.scope, []).append(result.in_words())
        return found

    def _failed(self, severity: str) -> list[CheckResult]:
        return [result for result in self.results if not result.success and result.severity == severity]
