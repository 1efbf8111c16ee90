"""A click on a chart or a table's cell opens its rows; when the drawer is closed nothing is selected any more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from dashboards.components.charts import chart, table_height
from dashboards.components.forms import start_anew, turn


def picked_point(key: tuple[Any, ...], build: Callable[..., Any], *, name: str, alt_text: str) -> dict[str, Any] | None:
    """Show a chart with a selection `pick`; answers the fields of the point that was clicked."""
    event = chart(key, build, name=f"{name}:{turn(name)}", alt_text=alt_text, on_select="rerun")
    found = (event.selection.get("pick") if event else None) or []
    return dict(found[0]) if found else None


def picked_cell(frame: pd.DataFrame, *, name: str, most: int = 330, **options: Any) -> tuple[int, str] | None:
    """Show a table; answers the line and the column of the cell that was clicked."""
    event = st.dataframe(
        frame,
        hide_index=True,
        key=f"{name}:{turn(name)}",
        height=table_height(len(frame), most),
        on_select="rerun",
        selection_mode="single-cell",
        placeholder="–",
        **options,
    )
    cells = event.selection.cells
    return (int(cells[0][0]), str(cells[0][1])) if cells and cells[0][0] < len(frame) else None


def forget(name: str) -> Callable[[], None]:
    """What closes the drawer that the chart or table opened: it begins anew with nothing selected."""
    return lambda: start_anew(name)
