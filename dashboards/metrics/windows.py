"""Many metrics over many windows in few questions: what the tiles of a page show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from dashboards.metrics.definitions import DIMENSIONS, Definition, catalogue
from dashboards.metrics.relations import relation
from dashboards.metrics.slices import AGGREGATES, PARTS, Slice, conditions
from dashboards.warehouse import Warehouse


@dataclass(frozen=True)
class Value:
    """A metric over one window: null parts where there is nothing to divide."""

    numerator: float | None = None
    denominator: float | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None


Windows = Sequence[tuple[date, date]]


def values(
    warehouse: Warehouse,
    metrics: Sequence[str],
    windows: Windows,
    *,
    source: str = "record",
    filters: tuple[tuple[str, Any], ...] = (),
    known: Mapping[str, Definition] | None = None,
) -> dict[str, list[Value]]:
    """Metric → its value in each window. A metric that lacks a filtered dimension has no answer and is left out.

    One question for all metrics that stand in the daily table, and one for each that is worked out from rows.
    """
    known = known or catalogue(warehouse)
    asked = [
        known[name] for name in dict.fromkeys(metrics)
        if name in known and all(dimension in known[name].has for dimension, _ in filters)
    ]  # fmt: skip
    days = Slice(min(w[0] for w in windows), max(w[1] for w in windows), source, filters)
    daily = [found for found in asked if not found.is_from_rows]
    answers = _of_days(warehouse, daily, windows, days) if daily else {}
    for found in asked:
        if found.is_from_rows:
            answers[found.metric] = _of_rows(warehouse, found, windows, days)
    return answers


_WINDOWS = "asked as (select unnest($firsts) as first_date, unnest($lasts) as last_date, unnest(range($n)) as place)"


def _of_days(
    warehouse: Warehouse, asked: Sequence[Definition], windows: Windows, days: Slice
) -> dict[str, list[Value]]:
    # By day first: the windows are then joined to a few hundred rows, whatever the size of the practice.
    balances = [found.metric for found in asked if found.kind == "semi_additive"]
    flows = [found.metric for found in asked if found.kind != "semi_additive"]
    narrowed, members = conditions(dict(days.filters), DIMENSIONS)
    sums = ", ".join(f"sum({part})::double as {part}" for part in PARTS)
    sql = f"""
        with {_WINDOWS},
        daily as (
            select metric, metric_date, {sums}, count(denominator) > 0 as is_ratio
            from marts.metric_daily
            where metric in ({_listed([*flows, *balances])}) and source = $source
                and metric_date between $first and $last {narrowed}
                {f"and (metric not in ({_listed(balances)}) or list_contains($lasts, metric_date))" if balances else ""}
            group by all
        )
        select place, metric, bool_or(is_ratio) as is_ratio, {sums}
        from asked
        join daily on metric_date between
            (case when {f"metric in ({_listed(balances)})" if balances else "false"} then last_date else first_date end)
            and last_date
        group by all
    """
    frame = warehouse.query_named(sql, _parameters(windows, days) | members)
    found: dict[str, list[Value]] = {one.metric: [Value()] * len(windows) for one in asked}
    for row in frame.itertuples(index=False):
        found[row.metric][row.place] = _divided(row)
    return found


def _of_rows(warehouse: Warehouse, found: Definition, windows: Windows, days: Slice) -> list[Value]:
    narrowed, members = conditions(dict(days.filters), DIMENSIONS)
    sql = f"""
        with {_WINDOWS},
        counted as (
            select {found.rows_date} as day, ({found.rows_numerator}) as number
            from {relation(str(found.rows_table))}
            where source = $source and {found.rows_date} between $first and $last and ({found.rows_where}) {narrowed}
        )
        select place, {AGGREGATES[str(found.aggregate)].format("number")}::double as value
        from asked join counted on day between first_date and last_date group by place
    """
    frame = warehouse.query_named(sql, _parameters(windows, days) | members)
    answers = dict(zip(frame.place, frame.value, strict=True))
    nothing = 0.0 if found.aggregate == "distinct" else None
    return [Value(value=_number(answers.get(place, nothing))) for place in range(len(windows))]


def _parameters(windows: Windows, days: Slice) -> dict[str, Any]:
    return {
        "firsts": [first for first, _ in windows],
        "lasts": [last for _, last in windows],
        "n": len(windows),
        "first": days.first,
        "last": days.last,
        "source": days.source,
    }


def _listed(names: Sequence[str]) -> str:
    """Names of the catalogue as SQL: a literal list, so that the branches of other metrics are not read at all."""
    return ", ".join(f"'{name}'" for name in names)


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _divided(row: Any) -> Value:
    numerator, denominator, low, low_of, high, high_of = (_number(getattr(row, part)) for part in PARTS)
    if not row.is_ratio:
        return Value(numerator, denominator, numerator, low, high)
    rate = _quotient(numerator, denominator)
    return Value(numerator, denominator, rate, _quotient(low, low_of), _quotient(high, high_of))


def _quotient(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None
