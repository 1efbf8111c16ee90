"""What the worklists share: reading, tables with one or many rows to choose, voiding with a reason."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import runtime
from dashboards.components.beginning import nothing
from dashboards.components.charts import table_height
from dashboards.components.forms import practice_currency, send, show_refusal, turn
from practice.access.permissions import Actor
from practice.money import Currency
from practice.people.setup import practice_today
from practice.store.record import Command

Rows = list[dict[str, Any]]


def read(query: Callable[..., Any], person: Actor, **options: Any) -> Any:
    """A query's answer, in a view of its own."""
    with runtime.current().record.read() as reader:
        return query(reader, person, **options)


def go_to(part: str) -> None:
    """The next run of the page shows that list."""
    st.session_state["billing_next"] = part


def plain(minor: int, currency: Currency) -> str:
    """An amount as it is typed: 1234.50."""
    return f"{Decimal(minor).scaleb(-currency.exponent):.{currency.exponent}f}"


SENTENCES = ("problem", "note")
"""Columns that hold a sentence, which wants room."""

STATES = (
    "state",
    "status",
    "method",
    "kind",
    "held",
    "next",
    "probably",
    "problem",
    "so_far",
    "what",
    "adjustment_class",
)
"""Columns whose words are the record's own, in lower case: in a table they begin with a capital, as all words do."""

QUIET = (
    "allocated_minor", "refunded_minor", "held_minor", "unapplied_minor", "denied_minor", "contractual_minor",
    "client_minor", "fee_minor", "unmatched",
)  # fmt: skip
"""Columns where 0 is the usual: it stays empty, so that what is not 0 is seen."""


def capital(text: Any) -> Any:
    """The text with its first letter as a capital, the rest as it is; what is no text stays what it is."""
    return text[:1].upper() + text[1:] if isinstance(text, str) else text


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
        nothing(empty)
        return []
    frame = pd.DataFrame(rows)[list(columns)]
    config: dict[str, Any] = {}
    currency = practice_currency()
    for name, title in columns.items():
        if name in STATES:
            frame[name] = frame[name].map(capital)
        if name in QUIET:
            frame[name] = frame[name].astype("Int64").replace(0, pd.NA)
        if name.endswith("_minor"):
            frame[name] = frame[name] / 10**currency.exponent
            config[name] = st.column_config.NumberColumn(title, format=f"%,.{currency.exponent}f")
        elif name.endswith("_date"):
            config[name] = st.column_config.DateColumn(title, format="D MMM YYYY")
        elif name == "number" or name.endswith("_number"):
            config[name] = st.column_config.Column(title, alignment="left")  # it names something, it counts nothing
        else:
            config[name] = st.column_config.Column(title, width="large" if name in SENTENCES else None)
    event = st.dataframe(
        frame,
        hide_index=True,
        height=table_height(len(frame), height),
        column_config=config,
        on_select="rerun",
        selection_mode="multi-row" if many else "single-row",
        key=f"{key}:{_identity(rows)}",
        placeholder="",
    )
    return [rows[index] for index in event.selection.rows if index < len(rows)]


def _identity(rows: Rows) -> str:
    """Which rows these are, in their order: a selection must never come to mean other rows after somebody's write.

    Whose task a row is does not make it another one.
    """
    names = sorted(name for name in rows[0] if (name.endswith("_id") and name != "owner_id") or name == "party")
    text = "|".join(str(row[name]) for row in rows for name in names)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def total(rows: Sequence[dict[str, Any]], column: str) -> str:
    """The sum of a column, for people."""
    return practice_currency().show(sum(row[column] for row in rows))


def count(number: int, noun: str) -> str:
    """`1 visit`, `2 visits`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def void_popover(label: str, command: Command, name: str, *, done: str, **parameters: Any) -> None:
    """A button that asks why before it voids something."""
    with st.popover(label, icon=":material/block:"):
        why = st.text_input("Why", key=f"{name}:why:{turn(name)}")
        if st.button("Void", type="primary", key=f"{name}:do"):
            send(command, name, reason=why or None, done=done, **parameters)
        show_refusal(name)


def post_on(key: str) -> str | None:
    """An input for the accounting date; answers an earlier one than today's, else None."""
    with runtime.current().record.read() as reader:
        today = practice_today(reader)
    day = st.date_input("Post on", today, max_value=today, format="YYYY-MM-DD", key=f"{key}:post_on")
    return str(day) if day and day != today else None
