"""Tiles: value, change, small history, and a button to the rows behind the number."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboards.components.overview.numbers import Value, definitions, values
from dashboards.components.overview.period import Window, history
from dashboards.components.overview.rows import show_rows
from dashboards.metrics import Definition
from dashboards.warehouse import Warehouse
from practice.money import Currency

TILES = {
    "completed_visits": "bar",
    "no_show_rate_due": "line",
    "charged": "area",
    "collected": "area",
    "ar_open": "area",
    "days_in_ar_gross": "line",
}
"""Metric → how its history is drawn. What it is called and means stands in the catalogue, once."""
_DELTA_COLOURS = {"up": "normal", "down": "inverse", None: "off"}


@dataclass(frozen=True)
class Shown:
    """What the tiles of a page have in common."""

    warehouse: Warehouse
    current: Window
    location: str | None
    currency: Currency


def in_words(value: float | None, unit: str, currency: Currency) -> str:
    """A value for people; an en dash where there is nothing to divide by."""
    if value is None:
        return "–" if unit in ("ratio", "days") else in_words(0, unit, currency)
    if unit == "ratio":
        return f"{value:.1%}"
    if unit == "days":
        return f"{value:.1f}"
    if unit == "minor":
        return _money(round(value), currency)
    return f"{value:,.0f}"


def _money(minor: int, currency: Currency) -> str:
    """To the cent below 1,000, in whole units below 100,000, in thousands above."""
    unit = 10**currency.exponent
    if abs(minor) < 1000 * unit:
        return currency.show(minor)
    is_large = abs(minor) >= 100_000 * unit
    text = currency.show(round(minor / unit / (1000 if is_large else 1)) * unit)
    return text.split(".")[0] + ("k" if is_large else "")


def change(current: float | None, before: float | None, unit: str) -> str | None:
    """The difference to the period before: points for ratios, days for days, per cent otherwise."""
    if current is None or before is None:
        return None
    if unit == "ratio":
        return f"{(current - before) * 100:+.1f} pts"
    if unit == "days":
        return f"{current - before:+.1f} d"
    return f"{current / before - 1:+.1%}" if before else None


def band(value: Value, unit: str, currency: Currency) -> str:
    """From where to where the number may lie while visits are unresolved; empty if none is."""
    if value.low is None or value.high is None or value.low == value.high:
        return ""
    return f"{in_words(value.low, unit, currency)} to {in_words(value.high, unit, currency)}"


def tile(spec: Definition, chart: str, shown: Shown) -> None:
    """One tile in a bordered box."""
    current = shown.current
    asked = [current, current.before(), *history(current)]
    now, before, *series = values(shown.warehouse, spec.metric, asked, shown.location)
    scale = 10**shown.currency.exponent if spec.unit == "minor" else 1
    points = [round((point.value or 0) / scale, 4) for point in series]
    with st.container(border=True, height="stretch", gap="small"):
        st.metric(
            spec.label,
            in_words(now.value, spec.unit, shown.currency),
            change(now.value, before.value, spec.unit),
            delta_color=_DELTA_COLOURS.get(spec.better, "off"),
            chart_data=points if any(points) else None,
            chart_type=chart,
            help=spec.formula,
            delta_description="vs the period before",
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            uncertain = band(now, spec.unit, shown.currency)
            if uncertain:
                st.caption(uncertain, help="Visits without an outcome counted as all kept, or all missed.")
            st.space("stretch")
            if st.button(
                "Rows",
                key=f"rows:{spec.metric}",
                type="tertiary",
                icon=":material/table_rows:",
                help=f"The rows behind {spec.label.lower()}",
            ):
                show_rows(shown.warehouse, spec, current, shown.location, shown.currency)


def tiles(warehouse: Warehouse, current: Window, location: str | None, currency: Currency) -> None:
    """All of them, in a grid that folds on a phone."""
    known = definitions(warehouse)
    shown = Shown(warehouse, current, location, currency)
    grid = st.grid(3, min_column_width=240, gap="small")
    for metric, chart in TILES.items():
        if metric in known:
            with grid.container():
                tile(known[metric], chart, shown)
