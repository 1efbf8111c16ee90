"""Law 7: the fact rows behind a number, which re-sum to it exactly; and a number cut by what only its rows know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from dashboards.metrics.definitions import PERIODS, Definition, definition, require_dimensions
from dashboards.metrics.relations import COLUMNS, ROW_DIMENSIONS, relation
from dashboards.metrics.slices import AGGREGATES, Slice, conditions
from dashboards.warehouse import Warehouse
from practice.errors import Refusal


@dataclass(frozen=True)
class Total:
    """What the rows come to: how many they are, and what they add to numerator and denominator (None: to neither)."""

    rows: int
    numerator: float | None
    """Of a median or a count of different ones: that, over all of these rows."""
    denominator: float | None


def rows_of(
    warehouse: Warehouse, name: str, asked: Slice, *, part: str = "numerator", limit: int | None = None
) -> pd.DataFrame | None:
    """The fact rows with what each adds, as `adds_to_numerator` and `adds_to_denominator`; the newest first.

    A ratio over two marts has its denominator's rows apart: `part='denominator'`. A balance's rows are the open items
    of the last day, the largest first. None where there are none of that part. Besides its dimensions the slice may be
    narrowed to what the rows alone know (`ROW_DIMENSIONS`).
    """
    found = definition(warehouse, name)
    sql = _counted(found, asked, part)
    if sql is None:
        return None
    text, parameters, day = sql
    size = "abs(coalesce(adds_to_numerator, adds_to_denominator)) desc, "
    order = f"order by {size if found.kind == 'semi_additive' else ''}{day} desc"
    return warehouse.query_named(f"select * from ({text}) {order} {f'limit {limit}' if limit else ''}", parameters)


def sum_of_rows(warehouse: Warehouse, name: str, asked: Slice, *, part: str = "numerator") -> Total | None:
    """What all of those rows come to; None where the number has none."""
    found = definition(warehouse, name)
    sql = _counted(found, asked, part)
    if sql is None:
        return None
    total = AGGREGATES.get(str(found.aggregate), "sum({0})").format("adds_to_numerator")
    frame = warehouse.query_named(
        f"select count(*) as n, ({total})::double as numerator,"
        f" sum(adds_to_denominator)::double as denominator from ({sql[0]})",
        sql[1],
    )
    row = frame.iloc[0]
    return Total(int(row.n), *(None if pd.isna(x) else float(x) for x in (row.numerator, row.denominator)))


def by_rows(warehouse: Warehouse, name: str, by: Sequence[str], asked: Slice) -> pd.DataFrame:
    """An additive metric by what only its rows know, such as weekday and hour, and by a length of time: the dimensions,
    numerator, denominator, value."""
    found = definition(warehouse, name)
    sql = _counted(found, asked, "numerator")
    if sql is None or found.kind != "additive" or found.rows2_table:
        raise Refusal(f"{name} can't be worked out from the rows of one mart.")
    shown = ", ".join(
        f"date_trunc('{PERIODS[item]}', {found.rows_date})::date as \"{item}\"" if item in PERIODS
        else f'{COLUMNS[item]} as "{item}"' for item in by
    )  # fmt: skip
    value = "numerator / nullif(denominator, 0)" if found.divides else "numerator"
    return warehouse.query_named(
        f"select *, {value} as value from (select {shown}, sum(adds_to_numerator)::double as numerator,"
        f" sum(adds_to_denominator)::double as denominator from ({sql[0]}) group by all) order by all",
        sql[1],
    )


def _counted(found: Definition, asked: Slice, part: str) -> tuple[str, dict[str, Any], str] | None:
    """The rows of a part as SQL, its parameters, and the column that dates them."""
    require_dimensions(found, [name for name, _ in asked.filters if name not in ROW_DIMENSIONS])
    first = asked.first
    if part == "denominator":
        table, day, where = found.rows2_table, found.rows2_date, found.rows2_where
        numerator, denominator = None, found.rows2_denominator
    else:
        table, day, where = found.rows_table, found.rows_date, found.rows_where
        numerator, denominator = found.rows_numerator, found.rows_denominator
    if table is None or day is None:
        return None
    rows = relation(table)
    if part == "denominator" and found.rows2_later:
        rows, day = f"(select *, {day} + unnest([{found.rows2_later}]) as counted_date from {rows})", "counted_date"
    if found.kind == "semi_additive":
        first = _first_of_balance(asked.last, day, found.rows2_days if part == "denominator" else None)
    narrowed, members = conditions(dict(asked.filters), COLUMNS)
    sql = (
        f"select *, {numerator or 'null::bigint'} as adds_to_numerator,"
        f" {denominator or 'null::bigint'} as adds_to_denominator from {rows}"
        f" where source = $source and {day} between $first and $last and ({where or 'true'}) {narrowed}"
    )
    return sql, {"source": asked.source, "first": first, "last": asked.last} | members, day


def _first_of_balance(last: date, day: str, days: int | None) -> date:
    """A balance is made of the items that stand on its day, of the postings of so many days, or of all up to it."""
    if days:
        return last - timedelta(int(days) - 1)
    return last if day == "as_of_date" else date.min
