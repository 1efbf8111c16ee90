"""A metric by dimension and time: numerator and denominator are summed, then divided; a balance is taken on one day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from dashboards.metrics.definitions import (
    DIMENSIONS,
    PERIODS,
    Definition,
    bounds,
    definition,
    require_dimensions,
)
from dashboards.metrics.relations import relation
from dashboards.warehouse import Warehouse
from practice.errors import Refusal

Member = str | int | None | tuple[str | None, ...]
"""One member of a dimension; None = the rows that have none; a tuple = any of these."""
PARTS = ("numerator", "denominator", "low_numerator", "low_denominator", "high_numerator", "high_denominator")
AGGREGATES = {"median": "median({0})", "p90": "quantile_cont({0}, 0.9)", "distinct": "count(distinct {0})"}


@dataclass(frozen=True)
class Slice:
    """What a number is asked for: inclusive days, a source, members of dimensions. Hashable, so answers can be kept."""

    first: date
    last: date
    source: str = "record"
    filters: tuple[tuple[str, Member], ...] = ()

    def narrow(self, **members: Member) -> Slice:
        """The same, of these members alone; a member that is set already gives way."""
        return replace(self, filters=tuple((dict(self.filters) | members).items()))

    def over(self, first: date, last: date) -> Slice:
        """The same over other days."""
        return replace(self, first=first, last=last)


def conditions(filters: Mapping[str, Member], columns: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """`and …` for each filter, and its parameters."""
    sql, values = "", {}
    for name, member in filters.items():
        column, parameter = columns[name], f"is_{name}"
        if member is None:
            sql += f" and {column} is null"
        elif isinstance(member, tuple):
            or_none = f" or {column} is null" if None in member else ""
            sql += f" and (list_contains(${parameter}, {column}){or_none})"
            values[parameter] = [one for one in member if one is not None]
        else:
            sql += f" and {column} = ${parameter}"
            values[parameter] = member
    return sql, values


def metric_table(
    warehouse: Warehouse,
    name: str,
    *,
    by: Sequence[str] = (),
    first: date | None = None,
    last: date | None = None,
    source: str = "record",
    filters: Mapping[str, Member] | None = None,
) -> pd.DataFrame:
    """One row for each slice: the dimensions, numerator, denominator, value, low, high, unit.

    Additive metrics are summed over the days; semi-additive ones (balances) are taken at the end of each period; a
    median or a count of different clients is worked out from the rows of each slice. A value without a denominator is
    null, never zero. Money is in minor units. `filters` keeps the rows of one member of a dimension (None: of those
    that have none). Refuses a dimension that the metric lacks.
    """
    first, last = bounds(warehouse, first, last)
    by = tuple(dict.fromkeys(by))
    unknown = [item for item in (*by, *(filters or {})) if item not in DIMENSIONS and item not in PERIODS]
    if unknown:
        raise Refusal(f"{unknown[0]!r} is no dimension; use one of {', '.join([*DIMENSIONS, *PERIODS])}.", field="by")
    if len([item for item in by if item in PERIODS]) > 1:
        raise Refusal("Slice by one length of time only: day, week, month, quarter or year.", field="by")
    found = definition(warehouse, name)
    require_dimensions(found, [item for item in (*by, *(filters or {})) if item in DIMENSIONS])
    asked = Slice(first, last, source, tuple((filters or {}).items()))
    frame = _of_rows(warehouse, found, by, asked) if found.is_from_rows else _of_days(warehouse, found, by, asked)
    frame.insert(0, "metric", name)
    frame["unit"] = found.unit
    return frame


def _columns(by: Sequence[str], day: str) -> tuple[str, str, str]:
    """What is selected, what it is grouped by, and in what order."""
    shown = [
        f"date_trunc('{PERIODS[item]}', {day})::date as \"{item}\"" if item in PERIODS
        else f'{DIMENSIONS[item]} as "{item}_id"' for item in by
    ]  # fmt: skip
    places = ", ".join(str(i + 1) for i in range(len(shown)))
    group, order = (f"group by {places}", f"order by {places}") if shown else ("", "")
    return "".join(f"{column}, " for column in shown), group, order


def _of_days(warehouse: Warehouse, found: Definition, by: Sequence[str], asked: Slice) -> pd.DataFrame:
    period = next((PERIODS[item] for item in by if item in PERIODS), None)
    ends = f"least((date_trunc('{period}', metric_date) + interval 1 {period})::date - 1, $last)" if period else "$last"
    only_ends = f"and metric_date = {ends}" if found.kind == "semi_additive" else ""
    shown, group, order = _columns(by, "metric_date")
    narrowed, values = conditions(dict(asked.filters), DIMENSIONS)
    sums = ", ".join(f"sum({part})::double as {part}" for part in PARTS)
    sql = f"""
        with sliced as (
            select {shown} {sums}, count(denominator) > 0 as is_ratio
            from marts.metric_daily
            where metric = $metric and source = $source and metric_date between $first and $last {only_ends} {narrowed}
            {group}
        )
        select * exclude (is_ratio, low_numerator, low_denominator, high_numerator, high_denominator),
            case when is_ratio then numerator / nullif(denominator, 0) else numerator end as value,
            case when is_ratio then low_numerator / nullif(low_denominator, 0) else low_numerator end as low,
            case when is_ratio then high_numerator / nullif(high_denominator, 0) else high_numerator end as high
        from sliced {order}
    """
    days = {"metric": found.metric, "source": asked.source, "first": asked.first, "last": asked.last}
    return warehouse.query_named(sql, days | values)


def _of_rows(warehouse: Warehouse, found: Definition, by: Sequence[str], asked: Slice) -> pd.DataFrame:
    shown, group, order = _columns(by, str(found.rows_date))
    narrowed, values = conditions(dict(asked.filters), DIMENSIONS)
    value = AGGREGATES[str(found.aggregate)].format(f"({found.rows_numerator})")
    sql = f"""
        select {shown} null::double as numerator, null::double as denominator, {value}::double as value,
            null::double as low, null::double as high
        from {relation(str(found.rows_table))}
        where source = $source and {found.rows_date} between $first and $last and ({found.rows_where}) {narrowed}
        {group} {order}
    """
    days = {"source": asked.source, "first": asked.first, "last": asked.last}
    return warehouse.query_named(sql, days | values)
