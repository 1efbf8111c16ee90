"""Metrics as pages and the command line read them: always numerator and denominator, from the one definition in dbt."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from dashboards.warehouse import Warehouse
from practice.errors import Refusal

DIMENSIONS = {"location": "location_id", "provider": "provider_id", "service": "service_id", "payer": "payer_id"}
PERIODS = {"day": "day", "week": "week", "month": "month", "quarter": "quarter", "year": "year"}


@dataclass(frozen=True)
class Definition:
    """A row of the catalogue."""

    metric: str
    label: str
    formula: str
    unit: str
    """count, ratio, minor (money) or days."""
    kind: str
    """additive, or semi_additive: a balance, to be taken on one day at a time."""
    better: str | None
    """up or down: which direction is good news."""


def catalogue(warehouse: Warehouse) -> dict[str, Definition]:
    """Every metric of the published build by name."""
    frame = warehouse.query(
        "select metric, label, formula, unit, kind, better from marts.metric_catalogue order by metric"
    )
    rows = frame.astype(object).where(frame.notna(), None).itertuples(index=False)
    return {row.metric: Definition(*row) for row in rows}


def definition(warehouse: Warehouse, name: str) -> Definition:
    """The catalogue's entry. Refuses an unknown name with the nearest ones."""
    known = catalogue(warehouse)
    if name not in known:
        near = difflib.get_close_matches(name, list(known), 3, 0.4) or list(known)[:3]
        raise Refusal(f"There is no metric {name!r}; perhaps {', '.join(near)}. `metric_catalogue` lists them all.")
    return known[name]


def metric_table(
    warehouse: Warehouse,
    name: str,
    *,
    by: Sequence[str] = (),
    first: date | None = None,
    last: date | None = None,
    source: str = "record",
) -> pd.DataFrame:
    """One row for each slice: the dimensions, value, numerator, denominator, low, high.

    Additive metrics are summed over the days; semi-additive ones (balances) are taken at the end of each period. A
    value without a denominator is null, never zero. Money is in minor units.
    """
    published = warehouse.published()
    if published is None:
        raise Refusal("Nothing is published yet; run `daybook refresh` first.")
    last = last or date.fromisoformat(published.today)
    first = first or last - timedelta(days=29)
    if first > last:
        raise Refusal(f"The period ends ({last}) before it begins ({first}); swap the two.", field="from")
    by = tuple(dict.fromkeys(by))
    unknown = [item for item in by if item not in DIMENSIONS and item not in PERIODS]
    if unknown:
        raise Refusal(f"{unknown[0]!r} is no dimension; use one of {', '.join([*DIMENSIONS, *PERIODS])}.", field="by")
    if len([item for item in by if item in PERIODS]) > 1:
        raise Refusal("Slice by one length of time only: day, week, month, quarter or year.", field="by")
    found = definition(warehouse, name)
    period = next((PERIODS[item] for item in by if item in PERIODS), None)
    columns = [f"date_trunc('{PERIODS[item]}', metric_date)::date as \"{item}\"" if item in PERIODS
               else f'{DIMENSIONS[item]} as "{item}_id"' for item in by]  # fmt: skip
    ends = f"least((date_trunc('{period}', metric_date) + interval 1 {period})::date - 1, $last)" if period else "$last"
    only_ends = f"and metric_date = {ends}" if found.kind == "semi_additive" else ""
    shown = "".join(f"{column}, " for column in columns)
    places = ", ".join(str(i + 1) for i in range(len(columns)))
    sql = f"""
        with sliced as (
            select {shown}
                sum(numerator)::double as numerator, sum(denominator)::double as denominator,
                sum(low_numerator)::double as low_numerator, sum(low_denominator)::double as low_denominator,
                sum(high_numerator)::double as high_numerator, sum(high_denominator)::double as high_denominator,
                count(denominator) > 0 as is_ratio
            from marts.metric_daily
            where metric = $metric and source = $source and metric_date between $first and $last {only_ends}
            {f"group by {places}" if columns else ""}
        )
        select * exclude (is_ratio, low_numerator, low_denominator, high_numerator, high_denominator),
            case when is_ratio then numerator / nullif(denominator, 0) else numerator end as value,
            case when is_ratio then low_numerator / nullif(low_denominator, 0) else low_numerator end as low,
            case when is_ratio then high_numerator / nullif(high_denominator, 0) else high_numerator end as high
        from sliced {f"order by {places}" if columns else ""}
    """
    values = {"metric": name, "source": source, "first": first, "last": last}
    frame = warehouse.query_named(sql, values)
    frame.insert(0, "metric", name)
    frame["unit"] = found.unit
    return frame
