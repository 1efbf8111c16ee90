"""Tiles: value, change, band, small history, a warning where a check concerns it, and the rows behind the number."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboards.components.numbers.drawer import open_rows
from dashboards.components.numbers.periods import history
from dashboards.components.numbers.view import View
from dashboards.components.numbers.words import band, change, say
from dashboards.components.quality.concerns import concerns
from dashboards.metrics import Definition, Value

_DELTA_COLOURS = {"up": "normal", "down": "inverse", None: "off"}
_AGAINST = {"before": "vs before", "year": "vs a year ago"}


def tiles(
    view: View, metrics: Mapping[str, str], *, columns: int = 4, titles: Mapping[str, str] | None = None
) -> None:  # fmt: skip
    """A tile for each metric of the build (name → how its history is drawn), in a grid that folds on a phone.

    `titles` are shorter names where the heading above the tiles says the rest.
    """
    known = {name: chart for name, chart in metrics.items() if name in view.known}
    windows = [view.window, view.filters.compared(view.today), *history(view.window)]
    answers = view.values(list(known), windows)
    grid = st.grid(columns, min_column_width=160, gap="small")
    for name, chart in known.items():
        with grid.container(height="stretch"):
            tile(view, view.known[name], chart, answers.get(name, []), title=(titles or {}).get(name, ""))


def tile(view: View, found: Definition, chart: str, answers: list[Value], *, title: str = "") -> None:
    """One tile in a bordered box. A filter that the metric does not have leaves it empty and is named."""
    lacks = view.lacks(found.metric)
    now, before, *series = answers or [Value(), Value()]
    delta = None if lacks else change(now.value, before.value, found.unit)
    is_same = delta is not None and not delta.strip("+-0. dpts%")
    with st.container(border=True, height="stretch", gap="small"):
        st.metric(
            title or found.label,
            "–" if lacks else say(now.value, found, view.currency),
            None if is_same else delta,
            delta_color=_DELTA_COLOURS.get(found.better, "off"),
            chart_data=_history(view, found, series),
            chart_type=chart,
            help=found.formula if not title else f"{found.label}. {found.formula}",
            delta_description=_compared(view, delta, is_same=is_same),
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            uncertain = band(now, found.unit, view.currency)
            if lacks:
                st.caption(lacks, help=f"{found.label} can be cut by {', '.join(found.has).replace('_', ' ')}.")
            elif uncertain:
                st.caption(uncertain, help="Visits without an outcome counted as all kept, or all missed.")
            st.space("stretch")
            _warn(view, found)
            if (
                not lacks
                and found.rows_table
                and st.button(
                    "Rows",
                    key=f"rows:{found.metric}",
                    type="tertiary",
                    icon=":material/table_rows:",
                    help=f"The rows behind {found.label.lower()}",
                )
            ):
                open_rows(view, found.metric, view.asked)


def _compared(view: View, delta: str | None, *, is_same: bool) -> str:
    """What stands beside the change, or instead of one."""
    if is_same:
        return f"as {_AGAINST[view.filters.compare].removeprefix('vs ')}"
    return _AGAINST[view.filters.compare] if delta else "nothing before"


def _history(view: View, found: Definition, series: list[Value]) -> list[float]:
    """The little chart's points: a slice without a rate has none, a slice without an amount is 0."""
    scale = 10**view.currency.exponent if found.unit == "minor" else 60 if found.unit == "minutes" else 1
    is_quotient = found.divides or found.is_from_rows
    points = [point.value or 0.0 for point in series if point.value is not None or not is_quotient]
    return [round(point / scale, 4) for point in points] if len(points) > 1 else [0.0, 0.0]


def _warn(view: View, found: Definition) -> None:
    """A sign where a check of this build concerns the metric; it says which."""
    said = concerns(view.warehouse, found.metric, view.filters.source)
    if said:
        st.markdown(":orange[:material/warning:]", help="\n\n".join(said), width="content")
