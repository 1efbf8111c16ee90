"""What the worklists share: reading, amounts typed by people, tables with one or many rows to choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import runtime
from dashboards.session import say
from practice.access.permissions import Actor
from practice.errors import Refusal
from practice.money import Currency

Rows = list[dict[str, Any]]


def read(query: Callable[..., Any], person: Actor, **options: Any) -> Any:
    """A query's answer, in a view of its own."""
    with runtime.current().record.read() as reader:
        return query(reader, person, **options)


def practice_currency() -> Currency:
    """The practice's one currency."""
    with runtime.current().record.read() as reader:
        return Currency.of(reader.setting("currency", "USD"))


def amount(text: str, what: str) -> int | None:
    """Minor units of what was typed; None (and a sentence) if it is no amount."""
    try:
        minor = practice_currency().parse(text, field=what)
    except Refusal as refusal:
        say(str(refusal), "refusal")
        return None
    if minor <= 0:
        say("Write an amount above zero, such as 120.50.", "refusal")
        return None
    return minor


def plain(minor: int, currency: Currency) -> str:
    """An amount as it is typed: 1234.50."""
    return currency.show(minor).replace(",", "").lstrip("$€£¥").replace(currency.code, "").strip()


def choose(
    rows: Rows,
    columns: dict[str, str],
    *,
    key: str,
    many: bool = False,
    height: int = 360,
    empty: str = "Nothing here.",
) -> Rows:
    """A table to choose from; answers the chosen rows. Columns ending in _minor show as amounts."""
    if not rows:
        st.success(empty, icon=":material/task_alt:")
        return []
    currency = practice_currency()
    frame = pd.DataFrame(rows)[list(columns)]
    config: dict[str, Any] = {}
    for name, title in columns.items():
        if name.endswith("_minor"):
            frame[name] = frame[name] / 10**currency.exponent
            config[name] = st.column_config.NumberColumn(title, format=f"%.{currency.exponent}f")
        elif name.endswith("_date"):
            config[name] = st.column_config.DateColumn(title, format="D MMM YYYY")
        else:
            config[name] = st.column_config.Column(title)
    # The key holds the number of rows: after a write the old selection must not point at another row.
    event = st.dataframe(
        frame,
        hide_index=True,
        height=min(height, 38 + 35 * len(frame)),
        column_config=config,
        on_select="rerun",
        selection_mode="multi-row" if many else "single-row",
        key=f"{key}:{len(rows)}",
    )
    return [rows[index] for index in event.selection.rows]


def total(rows: Sequence[dict[str, Any]], column: str) -> str:
    """The sum of a column, for people."""
    return practice_currency().show(sum(row[column] for row in rows))
