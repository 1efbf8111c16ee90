"""Beside a number: the warnings of the published build that concern it."""

from __future__ import annotations

import streamlit as st

from dashboards import runtime
from dashboards.components.quality.results import ask, results_of_build
from dashboards.warehouse import Warehouse
from expectations.check import RECORD
from expectations.concerns import is_concerned


def concerns(warehouse: Warehouse, metric: str, source: str = RECORD) -> list[str]:
    """A sentence for each warning of the published build that concerns this metric of this source.

    Empty before the first build, and for a metric that its catalogue lacks.
    """
    published = warehouse.published()
    return list(_told(published.build_id, warehouse).get(metric, {}).get(source, [])) if published else []


@st.cache_data(max_entries=8, show_spinner=False)
def _told(build_id: str, _warehouse: Warehouse) -> dict[str, dict[str, list[str]]]:
    """Metric → source → sentences, for one published build: read once, asked for every tile."""
    found = results_of_build(runtime.current().home, build_id)
    warned = found[found.state == "warned"]
    if warned.empty:
        return {}
    told: dict[str, dict[str, list[str]]] = {}
    for metric, marts in marts_of_metrics(_warehouse).items():
        for row in warned.itertuples(index=False):
            if is_concerned(metric, marts, (row.concerns or "").split(",")):
                source = str(row.scope).split("/")[0]
                sentence = f"{row.sentence} It does not: {row.observed}."
                told.setdefault(metric, {}).setdefault(source, []).append(sentence)
    return told


def marts_of_metrics(warehouse: Warehouse) -> dict[str, set[str]]:
    """Metric → the marts that its rows lie in."""
    catalogue = ask(warehouse, "select * from marts.metric_catalogue")
    columns = [name for name in ("rows_table", "rows2_table") if name in catalogue.columns]
    return {
        str(row["metric"]): {str(row[name]) for name in columns if isinstance(row[name], str)}
        for row in catalogue.to_dict("records")
    }
