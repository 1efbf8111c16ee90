"""A metric, or several, by the members of a dimension: each cell opens its rows, and the lines come to the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboards.components.charts import card
from dashboards.components.numbers.drawer import open_rows
from dashboards.components.numbers.filters import WORDS
from dashboards.components.numbers.picking import forget, picked_cell
from dashboards.components.numbers.view import View
from dashboards.metrics import DIMENSIONS, Definition


def breakdown(
    view: View, metrics: Sequence[str], *, title: str, name: str, dimensions: Sequence[str] = tuple(DIMENSIONS),
    titles: Mapping[str, str] | None = None, height: int = 330,
) -> None:  # fmt: skip
    """Metrics by a dimension of the person's choice, in a card. A single rate has its numerators and denominators."""
    known = [view.known[metric] for metric in metrics if metric in view.known and not view.lacks(metric)]
    offered = [
        one for one in dimensions
        if one not in view.filters.members and any(one in found.has for found in known) and _has_several(view, one)
    ]  # fmt: skip
    with card(title, "Click a cell for its rows"):
        if not offered:
            st.caption("Clear a filter to see a breakdown.")
            return
        chosen = len(offered) > 1 and st.segmented_control(
            "By", offered, format_func=lambda key: WORDS[key].capitalize(), default=offered[0], required=True,
            key=f"{name}:by", label_visibility="collapsed", wrap=True,
        )  # fmt: skip
        dimension = chosen if chosen in offered else offered[0]
        by_members(view, [found.metric for found in known], dimension, name=name, titles=titles, height=height)


def _has_several(view: View, dimension: str) -> bool:
    """One location alone is the whole."""
    return dimension != "location" or len(view.names.of["location"]) > 1


def by_members(
    view: View, metrics: Sequence[str], dimension: str, *, name: str, titles: Mapping[str, str] | None = None,
    height: int = 330,
) -> None:  # fmt: skip
    """Metrics (those of the build that have the dimension) by its members, as a table; the first one orders it."""
    known = [
        view.known[metric] for metric in metrics
        if metric in view.known and dimension in view.known[metric].has and not view.lacks(metric)
    ]  # fmt: skip
    if not known:
        st.caption(f"None of these numbers is known by {WORDS[dimension]}.")
        return
    frame = _members(view, known, dimension)
    if frame.empty:
        st.caption("Nothing in these days.")
        return
    shown, config, opens = _shown(view, frame, known, dimension, titles or {})
    picked = picked_cell(shown, name=f"{name}:{dimension}", column_config=config, most=height)
    if picked:
        line, column = picked
        member = frame.member[line] if isinstance(frame.member[line], str) else None
        found = next((one for one in known if one.metric == opens.get(column)), known[0])
        open_rows(
            view, found.metric, view.asked.narrow(**{dimension: member}), about=view.names.member(dimension, member),
            on_close=forget(f"{name}:{dimension}"),
        )  # fmt: skip


def _members(view: View, known: Sequence[Definition], dimension: str) -> pd.DataFrame:
    """One line for each member: `<metric>:value`, `:numerator`, `:denominator`; the largest first."""
    joined: pd.DataFrame | None = None
    for found in known:
        rows = view.table(found.metric, [dimension])
        rows = rows.rename(columns={f"{dimension}_id": "member"}).assign(member=lambda r: r.member.astype(object))
        rows = rows[["member", "value", "numerator", "denominator"]]
        rows.columns = ["member", *(f"{found.metric}:{part}" for part in ("value", "numerator", "denominator"))]
        joined = rows if joined is None else joined.merge(rows, on="member", how="outer")
    first = known[0]
    order = f"{first.metric}:{'denominator' if first.unit == 'ratio' else 'value'}"
    return joined.sort_values(order, ascending=False, na_position="last").reset_index(drop=True)  # type: ignore[union-attr]


def _shown(
    view: View, frame: pd.DataFrame, known: Sequence[Definition], dimension: str, titles: Mapping[str, str]
) -> tuple[pd.DataFrame, dict[str, Any], dict[str, str]]:
    """The table as people read it, its columns' looks, and which metric each column opens."""
    who = WORDS[dimension].capitalize()
    columns: dict[str, Any] = {who: [view.names.member(dimension, member) for member in frame.member]}
    config: dict[str, Any] = {who: st.column_config.TextColumn(width=150)}
    opens: dict[str, str] = {}
    for found in known:
        title = titles.get(found.metric, found.label)
        columns[title], config[title] = value_column(view, frame[f"{found.metric}:value"], found)
        opens[title] = found.metric
        if len(known) == 1 and found.divides:
            for word, part, is_money in (
                ("Numerator", "numerator", found.numerator_is_money),
                ("Denominator", "denominator", found.denominator_is_money),
            ):  # fmt: skip
                scale = 10**view.currency.exponent if is_money else 1
                columns[word] = frame[f"{found.metric}:{part}"] / scale
                config[word] = st.column_config.NumberColumn(format="%,.2f" if is_money else "localized")
        elif len(known) == 1 and found.kind in ("additive", "semi_additive"):
            whole = frame[f"{found.metric}:value"].sum()
            columns["Share"] = frame[f"{found.metric}:value"] / whole if whole else None
            config["Share"] = st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)
    return pd.DataFrame(columns), config, opens


def value_column(view: View, values: Any, found: Definition) -> tuple[Any, Any]:
    """A metric's values and how their column is written."""
    if found.unit == "ratio":
        return values * 100, st.column_config.NumberColumn(format="%.1f %%", help=found.formula)
    if found.unit == "minor":
        digits = view.currency.exponent
        if values.abs().max() >= 1000 * 10**digits:  # as the tiles do; its rows have the cents
            return values / 10**digits, st.column_config.NumberColumn(format="%,.0f", help=found.formula)
        return values / 10**digits, st.column_config.NumberColumn(format=f"%,.{digits}f", help=found.formula)
    if found.unit == "minutes":
        return values / 60, st.column_config.NumberColumn(format="%,.1f h", help=found.formula)
    if found.unit in ("days", "months"):
        return values, st.column_config.NumberColumn(format="%.1f", help=found.formula)
    return values, st.column_config.NumberColumn(format="localized", help=found.formula)
