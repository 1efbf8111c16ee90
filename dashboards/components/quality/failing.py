"""What failed at the last validation: what must hold, what was found, since when, what it makes doubtful, its rows."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import streamlit as st

from dashboards.components.charts import card, table_height
from dashboards.components.quality.concerns import marts_of_metrics
from dashboards.components.quality.results import ask, since
from dashboards.components.quality.words import DOORS, at, numbers_concerned, some
from dashboards.warehouse import Warehouse
from expectations.check import RECORD


def failing(warehouse: Warehouse, frame: pd.DataFrame, now: pd.DataFrame, zone: str) -> None:
    """A line for each failed check, the ones that block first; nothing if all passed."""
    failed = now[now.state != "passed"]
    if failed.empty:
        return
    catalogue = ask(warehouse, "select metric, label from marts.metric_catalogue order by metric")
    labels = dict(zip(catalogue.metric, catalogue.label, strict=True)) if len(catalogue) else {}
    marts = marts_of_metrics(warehouse) if len(catalogue) else {}
    with card("What failed", "At the last validation of each door, and of each import"):
        for row in failed.to_dict("records"):
            _line(frame, row, labels, marts, zone)


def _line(
    frame: pd.DataFrame, row: dict[str, Any], labels: dict[str, str], marts: dict[str, set[str]], zone: str
) -> None:
    began, builds = since(frame, row["door"], row["check_name"], row["scope"])
    doubtful = numbers_concerned((row["concerns"] or "").split(","), labels, marts)
    is_import = row["scope"] != RECORD
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        with st.container(width="stretch", gap="small"):
            if row["state"] == "failed":
                badge = ":red-badge[:material/block: Held back]" if is_import else ":red-badge[:material/block: Blocks]"
            else:
                badge = ":orange-badge[:material/warning: Warning]"
            st.markdown(f"{badge} **{row['sentence']}**")
            found = row["observed"] or some(int(row["failing_rows"]), "row") + " break it"
            parts = [f"Found: {found}", f"since {at(began, zone)} ({some(builds, 'build')})"]
            parts += [f"concerns {doubtful}"] if doubtful else []
            parts.append(f"import {row['scope']}" if is_import else DOORS[row["door"]].lower())
            st.caption(" · ".join(parts))
        if row["sample"] and st.button(
            "Rows",
            key=f"rows:{row['check_name']}:{row['scope']}",
            type="tertiary",
            icon=":material/table_rows:",
            help="The rows that broke it",
        ):
            _open(row)


def sample_rows(row: dict[str, Any]) -> pd.DataFrame:
    """The kept rows that broke a check, with readable column names."""
    found = pd.DataFrame(json.loads(row["sample"] or "[]"))
    return found.rename(columns={name: str(name).replace("_", " ").capitalize() for name in found.columns})


def _open(row: dict[str, Any]) -> None:
    @st.dialog(row["sentence"], width="large", position="right")
    def drawer() -> None:
        rows = sample_rows(row)
        broke = int(row["failing_rows"])
        total = f"The first {len(rows):,} of {broke:,} rows" if broke > len(rows) else some(len(rows), "row")
        st.markdown(f"**{total}** · as the check found them · `{row['check_name']}`")
        st.dataframe(rows, hide_index=True, height=table_height(len(rows), 600), placeholder="–")

    drawer()
