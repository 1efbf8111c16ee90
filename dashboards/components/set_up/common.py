"""What the parts of the Set-up page share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import runtime
from dashboards.components.charts import table_height
from practice.people.setup import practice_today


def read(query: Callable[..., list[dict[str, Any]]], *arguments: Any) -> list[dict[str, Any]]:
    """A query's rows, asked for in a view of its own."""
    with runtime.current().record.read() as reader:
        return query(reader, *arguments)


def names_by(rows: list[dict[str, Any]], key: str) -> dict[str, str]:
    """Key → name, for lists to choose from."""
    return {row[key]: row["name"] for row in rows}


def table(rows: list[dict[str, Any]], columns: dict[str, str], empty: str) -> None:
    """The rows under readable titles, or one sentence."""
    if not rows:
        st.caption(empty)
        return
    shown = pd.DataFrame(rows)[list(columns)].rename(columns=columns)
    st.dataframe(shown, hide_index=True, height=table_height(len(shown), 320), placeholder="–")


def today() -> date:
    """The practice's today."""
    with runtime.current().record.read() as reader:
        return practice_today(reader)
