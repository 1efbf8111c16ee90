"""Tiles: value, change, small history, and a button to the rows behind the number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboards.components.overview.numbers import Value, values
from dashboards.components.overview.period import Window, history
from dashboards.components.overview.rows import show_rows
from dashboards.warehouse import Warehouse
from practice.money import Currency


@dataclass(frozen=True)
class TileSpec:
    """How a metric of the catalogue is shown. `better` is the direction that is good news."""

    metric: str
    label: str
    unit: str
    better: str
    chart: str
    help: str


TILES = (
    TileSpec("completed_visits", "Completed visits", "count", "up", "bar", "Visits that somebody marked as completed."),
    TileSpec(
        "no_show_rate_due",
        "No-show rate",
        "ratio",
        "down",
        "line",
        "No-shows ÷ (attended + no-shows + late cancellations). The band counts visits without an outcome as all kept, "
        "or all missed.",
    ),
    TileSpec("charged", "Charged", "minor", "up", "area", "Charges posted, less voids, at full fee."),
    TileSpec("collected", "Collected", "minor", "up", "area", "Money received from clients and payers, less refunds."),
    TileSpec("ar_open", "Accounts receivable", "minor", "down", "area", "Open items at the end of the period."),
    TileSpec(
        "days_in_ar_gross",
        "Days in AR",
        "days",
        "down",
        "line",
        "Open AR ÷ (gross charges of the last 90 days ÷ 90). Credits are not subtracted.",
    ),
)


def shown(value: float | None, unit: str, currency: Currency, *, compact: bool = True) -> str:
    """A value for people; an en dash where there is nothing to divide by."""
    if value is None:
        return "–"
    if unit == "ratio":
        return f"{value:.1%}"
    if unit == "days":
        return f"{value:.1f}"
    if unit == "minor":
        whole = value / 10**currency.exponent
        if compact and abs(whole) >= 100_000:
            return currency.show(round(whole / 1000) * 10**currency.exponent).split(".")[0] + "k"
        return (
            currency.show(round(value))
            if not compact or abs(whole) < 1000
            else currency.show(round(value)).split(".")[0]
        )
    return f"{value:,.0f}"


def change(current: float | None, before: float | None, unit: str) -> str | None:
    """The difference to the period before: points for ratios, days for days, per cent otherwise."""
    if current is None or before is None:
        return None
    if unit == "ratio":
        return f"{(current - before) * 100:+.1f} pts"
    if unit == "days":
        return f"{current - before:+.1f} d"
    return f"{current / before - 1:+.1%}" if before else None


def note(value: Value, unit: str) -> str:
    """Beneath a rate: its band, where unresolved visits widen it."""
    if value.low is None or value.high is None or unit != "ratio":
        return ""
    return f"{value.low:.1%} to {value.high:.1%}"


def tile(warehouse: Warehouse, spec: TileSpec, current: Window, location: str | None, currency: Currency) -> None:
    """One tile in a bordered box."""
    past = history(current)
    now, before, *series = values(warehouse, spec.metric, [current, current.before(), *past], location)
    scale = 10**currency.exponent if spec.unit == "minor" else 1
    points = [round((point.value or 0) / scale, 4) for point in series]
    with st.container(border=True, height="stretch", gap="small"):
        st.metric(
            spec.label,
            shown(now.value, spec.unit, currency),
            change(now.value, before.value, spec.unit),
            delta_color="normal" if spec.better == "up" else "inverse",
            chart_data=points if any(points) else None,
            chart_type=spec.chart,
            help=spec.help,
            delta_description="vs the period before",
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            band = note(now, spec.unit)
            if band:
                st.caption(f"Band {band}")
            st.space("stretch")
            if st.button(
                "Rows",
                key=f"rows:{spec.metric}",
                type="tertiary",
                icon=":material/table_rows:",
                help=f"The rows behind {spec.label.lower()}",
            ):
                show_rows(warehouse, spec.metric, spec.label, current, location, currency)


def tiles(warehouse: Warehouse, current: Window, location: str | None, currency: Currency) -> None:
    """All of them, in a grid that folds on a phone."""
    specs: Sequence[TileSpec] = TILES
    grid = st.grid(3, min_column_width=240, gap="small")
    for spec in specs:
        with grid.container():
            tile(warehouse, spec, current, location, currency)
