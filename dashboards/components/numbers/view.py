"""What every part of a number page is given: the published build, the filters, the names, the currency."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import metrics
from dashboards.components.numbers.filters import WORDS, Filters
from dashboards.components.numbers.names import Names
from dashboards.components.numbers.periods import Window
from dashboards.metrics import Definition, Slice, Value
from dashboards.warehouse import Warehouse
from practice.access.permissions import Actor
from practice.money import Currency


@dataclass(frozen=True)
class View:
    """A page's look at the numbers. Answers are kept for the published build, so that a rerun asks nothing twice."""

    warehouse: Warehouse
    build_id: str
    person: Actor
    currency: Currency
    filters: Filters
    today: date
    names: Names
    known: dict[str, Definition]

    @property
    def window(self) -> Window:
        """The days that the page is about."""
        return self.filters.window(self.today)

    @property
    def members(self) -> tuple[tuple[str, Any], ...]:
        """The chosen members; who is of some locations gets those alone."""
        chosen: dict[str, Any] = dict(self.filters.members)
        if self.person.location_ids and "location" not in chosen:
            chosen["location"] = tuple(sorted(self.person.location_ids))
        return tuple(sorted(chosen.items()))

    @property
    def asked(self) -> Slice:
        """The page's question."""
        return Slice(self.window.first, self.window.last, self.filters.source, self.members)

    def at(self, window: Window) -> View:
        """The same look at other days."""
        return replace(self, filters=replace(self.filters, period="dates", first=window.first, last=window.last))

    def lacks(self, metric: str) -> str:
        """`not by service`: the first set filter that the metric does not have; empty if it has them all."""
        missing = [name for name, _ in self.members if name not in self.known[metric].has]
        return f"not by {WORDS[missing[0]]}" if missing else ""

    def values(self, names: Sequence[str], windows: Sequence[Window]) -> dict[str, list[Value]]:
        """Metric → its value in each window; a metric that lacks one of the filters is left out."""
        days = tuple((window.first, window.last) for window in windows)
        return _values(self.build_id, tuple(names), days, self.filters.source, self.members, self.warehouse)

    def table(self, metric: str, by: Sequence[str], window: Window | None = None) -> pd.DataFrame:
        """The metric by dimensions or periods, over the page's days unless told otherwise."""
        asked = self.asked.over(window.first, window.last) if window else self.asked
        return _table(self.build_id, metric, tuple(by), asked, self.warehouse)

    def read(self, question: Callable[..., Any], *arguments: Any) -> Any:
        """The answer of a reader of `dashboards.metrics`, kept by its name and arguments."""
        return _answer(self.build_id, f"{question.__module__}.{question.__name__}", arguments, question, self.warehouse)

    def key(self, *parts: object) -> tuple[object, ...]:
        """What a chart of this view depends on."""
        return (self.build_id, self.asked, *parts)


@st.cache_data(max_entries=500, show_spinner=False)
def _values(
    build_id: str, names: tuple[str, ...], windows: tuple[Any, ...], source: str, members: Any, _warehouse: Warehouse
) -> dict[str, list[Value]]:
    return metrics.values(
        _warehouse, names, windows, source=source, filters=members, known=definitions(build_id, _warehouse)
    )


@st.cache_data(max_entries=300, show_spinner=False)
def _table(build_id: str, metric: str, by: tuple[str, ...], asked: Slice, _warehouse: Warehouse) -> pd.DataFrame:
    del build_id
    return metrics.metric_table(
        _warehouse,
        metric,
        by=by,
        first=asked.first,
        last=asked.last,
        source=asked.source,
        filters=dict(asked.filters),
    )


@st.cache_data(max_entries=300, show_spinner=False)
def _answer(
    build_id: str, question: str, arguments: tuple[Any, ...], _ask: Callable[..., Any], _warehouse: Warehouse
) -> Any:
    del build_id, question
    return _ask(_warehouse, *arguments)


@st.cache_data(max_entries=4, show_spinner=False)
def definitions(build_id: str, _warehouse: Warehouse) -> dict[str, Definition]:
    """The published build's catalogue by metric (kept for it)."""
    del build_id
    return metrics.catalogue(_warehouse)
