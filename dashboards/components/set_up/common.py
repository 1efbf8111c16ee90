"""What the parts of the Set-up page share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import runtime
from practice.money import Currency


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
    st.dataframe(pd.DataFrame(rows)[list(columns)].rename(columns=columns), hide_index=True)


def practice_currency() -> Currency:
    """The practice's currency."""
    with runtime.current().record.read() as reader:
        return Currency.of(reader.setting("currency", "USD"))


def added(answer: object) -> None:
    """After a success the page starts anew with empty fields; after a refusal what was typed stays."""
    if answer is not None:
        st.rerun()
