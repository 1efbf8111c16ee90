"""What the parts of the Set-up page share: reading, and a list to choose a row from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NoReturn

import pandas as pd
import streamlit as st

from dashboards import runtime
from dashboards.components.billing.common import capital
from dashboards.components.charts import table_height
from dashboards.components.forms import start_anew, turn
from practice.people.setup import practice_today

Rows = list[dict[str, Any]]
DATE = "YYYY-MM-DD"
DATES = ("From", "To", "Day", "First day", "Last day")
EARLIEST = date(1950, 1, 1)


def read(query: Callable[..., Rows], *arguments: Any, **options: Any) -> Rows:
    """A query's rows, asked for in a view of its own."""
    with runtime.current().record.read() as reader:
        return query(reader, *arguments, **options)


def names_by(rows: Rows, key: str) -> dict[str, str]:
    """Key → name, for lists to choose from; what is closed says so."""
    return {row[key]: row["name"] + ("" if row.get("is_active", True) else " (closed)") for row in rows}


def choose(
    name: str, title: str, rows: Rows, columns: dict[str, str], *, key: str, empty: str
) -> dict[str, Any] | None:
    """A titled table of the rows under readable column names; answers the one that a person selected.

    Closed rows are hidden behind a toggle. After a success (`start_anew(name)`) nothing is selected any more.
    """
    st.markdown(f"**{title}**")
    closed = [row for row in rows if not row.get("is_active", True)]
    toggle = f"{name}:closed"
    is_open = bool(closed) and bool(st.session_state.get(toggle))
    shown = rows if is_open else [row for row in rows if row.get("is_active", True)]
    picked = None
    if shown:
        frame = pd.DataFrame(shown)[list(columns)]
        for state in {"kind", "state"} & set(columns):
            frame[state] = frame[state].map(capital)
        frame = frame.rename(columns=columns)
        if is_open:
            frame.insert(1, "State", ["Open" if row["is_active"] else "Closed" for row in shown])
        # A selection must never come to mean another row after somebody's write.
        identity = hash(tuple(row[key] for row in shown))
        picked = select(frame, shown, f"{name}:table:{turn(name)}:{identity}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("" if picked else "Select a row to change it." if shown else empty, width="content")
        st.space("stretch")
        if closed:  # beneath the table, whose own toolbar covers what stands above it
            st.toggle(f"Show closed ones ({len(closed)})", key=toggle)
    return picked


def select(frame: pd.DataFrame, rows: list[Any], key: str, **options: Any) -> Any | None:
    """Show the frame; answers which of the rows behind its lines is selected, by its box or by a click on a cell."""
    config = {title: st.column_config.DateColumn(format="D MMM YYYY") for title in DATES}
    event = st.dataframe(
        frame,
        hide_index=True,
        placeholder="–",
        on_select="rerun",
        selection_mode=["single-row", "single-cell"],
        key=key,
        **{"height": table_height(len(frame), 360), "column_config": config} | options,
    )
    chosen = [*event.selection.rows, *(row for row, _ in event.selection.cells)]
    return next((rows[index] for index in chosen if index < len(rows)), None)


def follow(name: str, picked: Any, wanted: dict[str, Any]) -> None:
    """When another row is selected than before, the inputs below turn to it; after that a person may choose otherwise.

    `wanted` maps the inputs' keys to their values.
    """
    if picked != st.session_state.get(f"{name}:followed"):
        st.session_state[f"{name}:followed"] = picked
        if picked is not None:
            st.session_state.update(wanted)


def today() -> date:
    """The practice's today."""
    with runtime.current().record.read() as reader:
        return practice_today(reader)


def begin_anew(*names: str) -> NoReturn:
    """After a success: these forms are empty, these lists have nothing selected, and the page runs anew."""
    for name in names:
        start_anew(name)
    st.rerun()


def lists(shares: tuple[int, int] = (3, 2)) -> tuple[Any, Any]:
    """Two cards beside each other: the list, and the form that adds to it or changes its selected row."""
    left, right = st.columns(list(shares), gap="medium")
    return left.container(border=True), right.container(border=True)
