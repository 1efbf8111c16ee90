"""Reads one metric for windows and slices. The definition comes from the catalogue; here it is only summed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from dashboards.components.overview.period import Window
from dashboards.metrics import Definition, catalogue
from dashboards.warehouse import Warehouse


@dataclass(frozen=True)
class Value:
    """A metric over one window: null parts where there is nothing to divide."""

    numerator: float | None
    denominator: float | None
    value: float | None
    low: float | None
    high: float | None


_SQL = """
with asked as (select unnest($firsts) as first_date, unnest($lasts) as last_date, unnest(range($n)) as place)
select place,
    sum(numerator)::double as numerator,
    sum(denominator)::double as denominator,
    case when count(denominator) > 0 then sum(numerator)::double / nullif(sum(denominator), 0)
        else sum(numerator)::double end as value,
    case when count(denominator) > 0 then sum(low_numerator)::double / nullif(sum(low_denominator), 0)
        else sum(low_numerator)::double end as low,
    case when count(denominator) > 0 then sum(high_numerator)::double / nullif(sum(high_denominator), 0)
        else sum(high_numerator)::double end as high
from asked
left join marts.metric_daily as daily
    on metric = $metric and source = 'record'
    and ($location is null or location_id = $location)
    and metric_date between (case when $at_end then last_date else first_date end) and last_date
group by place order by place
"""


@st.cache_data(max_entries=500, show_spinner=False)
def _values(
    build_id: str, metric: str, windows: tuple[Window, ...], location: str | None, _warehouse: Warehouse
) -> list[Value]:
    del build_id
    kinds = {name: found.kind for name, found in catalogue(_warehouse).items()}
    parameters = {
        "metric": metric,
        "location": location,
        "n": len(windows),
        "firsts": [w.first for w in windows],
        "lasts": [w.last for w in windows],
        "at_end": kinds.get(metric) == "semi_additive",
    }
    frame = _warehouse.query_named(_SQL, parameters)
    columns = ["numerator", "denominator", "value", "low", "high"]
    return [Value(*(None if pd.isna(x) else float(x) for x in row)) for row in frame[columns].itertuples(index=False)]


@st.cache_data(max_entries=4, show_spinner=False)
def _definitions(build_id: str, _warehouse: Warehouse) -> dict[str, Definition]:
    del build_id
    return catalogue(_warehouse)


def definitions(warehouse: Warehouse) -> dict[str, Definition]:
    """The published build's catalogue by metric (cached for it)."""
    published = warehouse.published()
    return _definitions(published.build_id, warehouse) if published else {}


def values(warehouse: Warehouse, metric: str, windows: Sequence[Window], location: str | None) -> list[Value]:
    """The metric over each window, from the published build (cached for it)."""
    published = warehouse.published()
    return _values(published.build_id, metric, tuple(windows), location, warehouse) if published else []


@st.cache_data(max_entries=200, show_spinner=False)
def _query(build_id: str, sql: str, parameters: tuple[tuple[str, object], ...], _warehouse: Warehouse) -> pd.DataFrame:
    del build_id
    return _warehouse.query_named(sql, dict(parameters))


def query(warehouse: Warehouse, sql: str, **parameters: object) -> pd.DataFrame:
    """Any question to the published build, cached for it."""
    published = warehouse.published()
    if published is None:
        raise LookupError("No warehouse has been published yet.")
    return _query(published.build_id, sql, tuple(sorted(parameters.items())), warehouse)


def today_of(warehouse: Warehouse) -> date:
    """The day on which the published build stands."""
    published = warehouse.published()
    if published is None:
        raise LookupError("No warehouse has been published yet.")
    return date.fromisoformat(published.today)
