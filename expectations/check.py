"""What a check is, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CRITICAL = "critical"
WARNING = "warning"
RECORD = "record"
"""The scope of checks that can stop the practice's publish; every other scope is an import's batch."""


@dataclass(frozen=True)
class Check:
    """An expectation of Great Expectations on the rows of a query.

    `sentence` says what must hold, for people. A critical check that fails blocks its scope, a warning is shown. The
    default expectation is that the query finds nothing: it selects the rows that break the rule.
    """

    name: str
    sentence: str
    query: str
    severity: str = CRITICAL
    expectation: str = "UnexpectedRowsExpectation"
    arguments: Mapping[str, Any] = field(default_factory=lambda: {"unexpected_rows_query": "select * from {batch}"})
    scope: str = RECORD


@dataclass(frozen=True)
class CheckResult:
    """One check's outcome; `observed` says what was found instead, `failing_rows` how many rows broke it."""

    check_name: str
    severity: str
    is_success: bool
    sentence: str
    observed: str
    failing_rows: int
    scope: str = RECORD

    def in_words(self) -> str:
        """One sentence for people on a check that failed."""
        found = f" Found: {self.observed}." if self.observed else ""
        where = "" if self.scope == RECORD else f" ({self.scope})"
        return f"{self.check_name}{where}: expected that {self.sentence}{found}"


@dataclass(frozen=True)
class Verdict:
    """The results at one door ('landing' or 'served')."""

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
        return [result for result in self.results if not result.is_success and result.severity == severity]
