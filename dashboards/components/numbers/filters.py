"""What a number page is asked for, and how it stands in the address. Pure, but for what it is told about members."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from dashboards.components.numbers import periods
from dashboards.components.numbers.periods import DATES, DEFAULT, PERIODS, Window
from dashboards.metrics import DIMENSIONS

NONE = "none"
"""A member in the address: the rows that have none."""
COMPARISONS = {"before": "the period before", "year": "the same period last year"}
WORDS = {"location": "location", "provider": "provider", "service": "service", "payer": "payer",
         "referral_source": "referral source"}  # fmt: skip
WITHOUT = {"location": "No location", "provider": "No provider", "service": "No service", "payer": "Clients (no payer)",
           "referral_source": "Unknown source"}  # fmt: skip
PARAMETERS = ("period", "from", "to", *DIMENSIONS, "source", "compare")
"""The names in the address, the same on every page."""


@dataclass(frozen=True)
class Filters:
    """A period, members of dimensions (None: the rows that have none), a source, and what it is compared with."""

    period: str = DEFAULT
    first: date | None = None
    last: date | None = None
    members: Mapping[str, str | None] = field(default_factory=dict)
    source: str = "record"
    compare: str = "before"

    def window(self, today: date) -> Window:
        """Its days."""
        if self.period == DATES and self.first and self.last:
            return Window(self.first, self.last)
        return periods.window(self.period if self.period in PERIODS else DEFAULT, today)

    def compared(self, today: date) -> Window:
        """The days that it is compared with."""
        return periods.compared(self.period, self.window(today), by_year=self.compare == "year")

    def address(self) -> dict[str, str]:
        """Its query parameters; what is usual is left out."""
        found = {} if self.period == DEFAULT else {"period": self.period}
        if self.period == DATES and self.first and self.last:
            found |= {"from": str(self.first), "to": str(self.last)}
        found |= {name: member or NONE for name, member in self.members.items()}
        found |= {} if self.source == "record" else {"source": self.source}
        return found | ({} if self.compare == "before" else {"compare": self.compare})


def from_address(
    query: Mapping[str, str], members: Mapping[str, Collection[str]], sources: Collection[str]
) -> tuple[Filters, list[str]]:
    """The filters that an address asks for, and a sentence for each part of it that can't be; its default then stands.

    `members` are the ids that the person may choose, by dimension.
    """
    said: list[str] = []
    period, first, last = _period(query, said)
    chosen: dict[str, str | None] = {}
    for name in DIMENSIONS:
        asked = query.get(name)
        if asked == NONE and NONE in members.get(name, ()):
            chosen[name] = None
        elif asked in members.get(name, ()):
            chosen[name] = asked
        elif asked:
            said.append(f"The address asks for a {WORDS[name]} that you can't choose here, so it shows all of them.")
    source = query.get("source", "record")
    if source not in sources:
        said.append(f"There are no numbers of a source {source!r}; these are the record's.")
        source = "record"
    compare = query.get("compare", "before")
    if compare not in COMPARISONS:
        said.append(f"{compare!r} is nothing to compare with; use {' or '.join(COMPARISONS)}.")
        compare = "before"
    return Filters(period, first, last, chosen, source, compare), said


def _period(query: Mapping[str, str], said: list[str]) -> tuple[str, date | None, date | None]:
    period = query.get("period", DATES if "from" in query and "to" in query else DEFAULT)
    if period != DATES and period not in PERIODS:
        said.append(f"{period!r} is no period; use one of {', '.join(PERIODS)}. These are the last 30 days.")
        return DEFAULT, None, None
    if period != DATES:
        return period, None, None
    try:
        first, last = date.fromisoformat(query.get("from", "")), date.fromisoformat(query.get("to", ""))
    except ValueError:
        said.append("Two dates are written like from=2026-01-01&to=2026-01-31. These are the last 30 days.")
        return DEFAULT, None, None
    if first > last:
        said.append(f"The period ends ({last}) before it begins ({first}). These are the last 30 days.")
        return DEFAULT, None, None
    return DATES, first, last
